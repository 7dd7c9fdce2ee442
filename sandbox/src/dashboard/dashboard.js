// Refreshes the page and copies to the clipboard. Without it the page works, and is reloaded manually.
(() => {
  const every = 2000;

  async function refresh() {
    const live = document.getElementById('live');
    const busy = live.contains(document.activeElement) || String(window.getSelection()) !== '';
    if (!busy && !document.hidden) {
      try {
        const response = await fetch('/', { cache: 'no-store' });
        const page = new DOMParser().parseFromString(await response.text(), 'text/html');
        const next = page.getElementById('live');
        const open = new Set([...live.querySelectorAll('details[open]')].map((entry) => entry.dataset.key));
        next.querySelectorAll('details').forEach((entry) => { entry.open = open.has(entry.dataset.key); });
        live.replaceWith(next);
      } catch {
        // The sandbox is gone; it may come back.
      }
    }
    setTimeout(refresh, every);
  }

  document.getElementById('copy').addEventListener('click', async () => {
    const status = document.getElementById('copied');
    try {
      await navigator.clipboard.writeText(document.getElementById('environment').textContent);
      status.textContent = 'Copied.';
    } catch {
      status.textContent = 'The browser does not let this page copy: select the lines.';
    }
  });
  setTimeout(refresh, every);
})();
