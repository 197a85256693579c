// Titles of pages, one line each.
export default {
  en: {
    'page.nodes': 'Nodes',
    'page.tokens': 'Admin tokens',
  },
  zh: {
    'page.nodes': '节点',
    'page.tokens': '管理令牌',
  },
};
