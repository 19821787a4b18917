// Runs before anything is painted: the theme is an attribute of the document. Also what every page needs of its browser.
(() => {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const chosen = () => localStorage.getItem('freehold-theme');
  const isDark = () => (chosen() ?? (system.matches ? 'dark' : 'light')) === 'dark';
  let watcher = null;
  const apply = () => {
    document.documentElement.dataset.theme = isDark() ? 'dark' : 'light';
    watcher?.invokeMethodAsync('SeeTheme', isDark()).catch(() => {});
  };
  system.addEventListener('change', apply);
  addEventListener('storage', event => event.key === 'freehold-left' ? location.assign('/sign-in') : apply()); // from another tab
  apply();

  // Without TLS browsers offer no clipboard beyond this machine.
  const copy = async text => {
    if (navigator.clipboard && isSecureContext) return navigator.clipboard.writeText(text);
    const area = Object.assign(document.createElement('textarea'), { value: text, readOnly: true });
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  };

  window.freehold = {
    theme: {
      watch(reference) { watcher = reference; return isDark(); },
      choose(dark) { localStorage.setItem('freehold-theme', dark ? 'dark' : 'light'); apply(); },
    },
    copy,
    stay() { }, // a word from the server now and then: see MainLayout
    async leave() {
      await fetch('/sign-out', { method: 'POST' });
      localStorage.setItem('freehold-left', Date.now());
      location.assign('/sign-in');
    },
  };

  document.addEventListener('click', async event => {
    const button = event.target.closest?.('[data-copy], [data-copy-code], [data-reload]');
    if (!button) return;
    if ('reload' in button.dataset) return location.reload();
    await copy('copyCode' in button.dataset ? button.closest('.code').querySelector('code').textContent : button.dataset.copy);
    button.classList.add('copied');
    setTimeout(() => button.classList.remove('copied'), 1200);
  });
})();
