package io.sluice.admin;

import io.sluice.admin.api.ApiArea;
import io.sluice.admin.api.ApiServices;
import java.util.List;

/** All areas of the API, one line each. */
final class Areas {
    private Areas() {}

    static List<ApiArea> of(ApiServices services) {
        return List.of(
                new TokensApi(services),
                new AuditApi(services),
                new BudgetsApi(services),
                new KeysApi(services),
                new KeyBackupApi(services),
                new UsageApi(services),
                new ResourcesApi(services, new ResourceViews(services.revision())),
                new HistoryApi(services),
                new AccountBatchApi(services),
                new ConfigurationApi(services));
    }
}
