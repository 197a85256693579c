// Titles of pages, one line each.
export default {
  en: {
    'page.pool': 'Pool',
    'page.overview': 'Overview',
    'page.channels': 'Channels',
    'page.models': 'Models',
    'page.teams': 'Teams',
    'page.playground': 'Playground',
    'page.prices': 'Prices',
    'page.usage': 'Usage',
    'page.keys': 'Virtual keys',
    'page.nodes': 'Nodes',
    'page.tokens': 'Admin tokens',
  },
  zh: {
    'page.pool': '号池',
    'page.overview': '概览',
    'page.channels': '渠道',
    'page.models': '模型',
    'page.teams': '团队',
    'page.playground': '试用台',
    'page.prices': '价格',
    'page.usage': '用量',
    'page.keys': '令牌',
    'page.nodes': '节点',
    'page.tokens': '管理令牌',
  },
};
