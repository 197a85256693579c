// Teams: owners of several keys.
import { ManagedPage } from '../parts/managed.js';

class TeamsPage extends ManagedPage {
  constructor() {
    super('teams');
  }
}

customElements.define('sl-page-teams', TeamsPage);
