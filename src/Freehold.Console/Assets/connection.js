// The page's live connection: begun here, tried for until it is back, and what is to be done when the server that comes back is another one.
(() => {
  const notice = document.getElementById('components-reconnect-modal');
  const lost = {}, underWay = new Set();
  let back = Promise.resolve(), comeBack = null; // while it is here there is nothing to come back

  // Blazor tells it to the notice alone: the event does not bubble.
  notice.addEventListener('components-reconnect-state-changed', ({ detail }) => {
    switch (detail.state) {
      case 'show':
        if (comeBack) break;
        back = new Promise(resolve => comeBack = resolve);
        for (const lose of underWay) lose(lost);
        underWay.clear();
        break;
      case 'hide':
        if (!comeBack) break;
        comeBack();
        comeBack = null;
        break;
      case 'retrying':
        if (detail.currentAttempt > 1 && detail.secondsToNextAttempt === 0) askForKey();
        break;
      case 'rejected':
        location.reload(); // the server was started anew, and knows nothing of this page: a new page does
        break;
    }
  });

  // Sessions end with the server.
  async function askForKey() {
    const answer = await fetch('/_blazor/negotiate?negotiateVersion=1', { method: 'POST' }).catch(() => null);
    if (answer?.status === 401) location.reload();
  }

  /**
   * Calls the server's part of this page. What is called while the connection is away, or was under way when it went, would never be answered:
   * it is called again when the connection is back, so what is called must bear being called twice.
   */
  async function call(reference, method, ...values) {
    for (;;) {
      await back;
      const answer = await new Promise((resolve, reject) => {
        const called = reference.invokeMethodAsync(method, ...values);
        underWay.add(resolve);
        called.then(resolve, reject).finally(() => underWay.delete(resolve));
      });
      if (answer !== lost) return answer;
    }
  }

  window.freehold.call = call;

  // A proxy whose name the server does not know is refused: say so on the page, which is empty until it is connected.
  addEventListener('unhandledrejection', event => {
    if (document.querySelector('.shell') || !/negotiation|start the connection/.test(event.reason?.message)) return;
    document.querySelector('.when-refused').append(/"message":"(.*?[^\\])"/.exec(event.reason.message)?.[1] ?? event.reason.message);
    notice.classList.add('refused-to-connect');
  });

  // At once, then less and less often, and for as long as the page is open: a server may be away for a night.
  Blazor.start({ circuit: { reconnectionOptions: { maxRetries: Infinity, retryIntervalMilliseconds: attempt => attempt === 0 ? 0 : Math.min(125 * 2 ** attempt, 5000) } } });
})();
