// Before the first paint: a theme and a language that were chosen, so that nothing flashes.
(function () {
  function kept(name) {
    try {
      return localStorage.getItem('sluice.' + name);
    } catch {
      return null;
    }
  }
  var theme = kept('theme');
  if (theme === 'light' || theme === 'dark') {
    document.documentElement.dataset.theme = theme;
  }
  var language = kept('language') || navigator.language || 'en';
  document.documentElement.lang = language.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
  // ECharts empties its element through innerHTML; nothing else may be written that way.
  if (window.trustedTypes) {
    window.trustedTypes.createPolicy('default', {
      createHTML: function (text) {
        return text === '' ? text : null;
      },
    });
  }
})();
