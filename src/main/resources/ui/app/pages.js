// Every page, one line each, in the order of the navigation.
//
// id: first part of the address, #/id; its title is the word 'page.ID' of ../words/pages.js, its element is sl-page-ID, defined by
// ../pages/ID.js. group: watch, steer or system; null for a page that only others lead to. role: the least that may see it. team: whether
// somebody with a team may see it. key: the letter behind g.
const page = (id, group, icon, role, team, key) => ({ id, group, icon, role, team, key, load: () => import(`../pages/${id}.js`) });

export const PAGES = [
  page('overview', 'watch', 'overview', 'viewer', true, 'o'),
  page('pool', 'watch', 'pool', 'viewer', false, 'p'),
  page('usage', 'watch', 'usage', 'viewer', true, 'u'),
  page('channels', 'steer', 'channels', 'viewer', false, 'c'),
  page('models', 'steer', 'models', 'viewer', false, 'm'),
  page('keys', 'steer', 'keys', 'viewer', true, 'k'),
  page('teams', 'steer', 'teams', 'viewer', false, 'e'),
  page('playground', 'steer', 'playground', 'operator', true, 'y'),
  page('nodes', 'system', 'nodes', 'viewer', false, 'n'),
  page('prices', 'system', 'prices', 'viewer', false, 'i'),
  page('settings', 'system', 'settings', 'viewer', false, 's'),
  page('tokens', 'system', 'tokens', 'operator', false, 't'),
];
