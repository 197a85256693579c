// Titles of pages, one line each.
export default {
  en: {
    'page.keys': 'Virtual keys',
    'page.nodes': 'Nodes',
    'page.tokens': 'Admin tokens',
  },
  zh: {
    'page.keys': '令牌',
    'page.nodes': '节点',
    'page.tokens': '管理令牌',
  },
};
