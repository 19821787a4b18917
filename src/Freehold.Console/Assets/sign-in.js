// Shows the key to the server, which answers with a cookie that no script can read.
// The chat that was open is opened again. A link from another site brings no cookie along; whoever has a session goes straight on.
fetch('/models', { headers: { Accept: 'text/html' }, redirect: 'manual' }).then(page => page.ok && location.replace('/' + location.hash)).catch(() => {});

const form = document.getElementById('sign-in');
form.addEventListener('submit', async event => {
  event.preventDefault();
  const wrong = document.getElementById('wrong');
  wrong.textContent = '';
  try {
    const answer = await fetch('/sign-in', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ key: form.elements.key.value }) });
    if (answer.ok) location.replace('/' + location.hash);
    else wrong.textContent = (await answer.json()).error?.message ?? `The server answered with ${answer.status}.`;
  } catch {
    wrong.textContent = 'The server does not answer.';
  }
  form.elements.key.select();
});
