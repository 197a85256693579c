// Titles of pages, one line each.
export default {
  en: {
    'page.pool': 'Pool',
    'page.usage': 'Usage',
    'page.keys': 'Virtual keys',
    'page.nodes': 'Nodes',
    'page.tokens': 'Admin tokens',
  },
  zh: {
    'page.pool': '号池',
    'page.usage': '用量',
    'page.keys': '令牌',
    'page.nodes': '节点',
    'page.tokens': '管理令牌',
  },
};
