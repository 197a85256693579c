// Public models: who serves them and what they fall back to.
import { ManagedPage } from '../parts/managed.js';

class ModelsPage extends ManagedPage {
  constructor() {
    super('models');
  }
}

customElements.define('sl-page-models', ModelsPage);
