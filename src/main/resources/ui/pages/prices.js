// Prices that take the place of the bundled list.
import { ManagedPage } from '../parts/managed.js';

class PricesPage extends ManagedPage {
  constructor() {
    super('prices');
  }
}

customElements.define('sl-page-prices', PricesPage);
