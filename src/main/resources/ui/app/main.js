// The start: words, parts, the frame around every page.
import common from '../words/common.js';
import pages from '../words/pages.js';
import { addWords } from './i18n.js';
import './theme.js';
import '../parts/toast.js';
import '../parts/dialog.js';
import '../parts/conflict.js';
import '../parts/menu.js';
import '../parts/table.js';
import '../parts/chart.js';
import '../parts/time-range.js';

addWords(common);
addWords(pages);
await import('../parts/app.js');
