// What a chat needs of its browser: keeping chats (IndexedDB), and asking the server as any client does.
// An answer belongs to this page and not to its connection: it is read on and kept while the connection is away, and shown when it is back.

const store = new Promise((resolve, reject) => {
  const opening = indexedDB.open('freehold', 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore('chats', { keyPath: 'id' });
  opening.onsuccess = () => resolve(opening.result);
  opening.onerror = () => reject(opening.error);
});

async function chats(mode, act) {
  const transaction = (await store).transaction('chats', mode);
  const request = act(transaction.objectStore('chats'));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

const all = () => chats('readonly', store => store.getAll());

/** A page begins: nothing is shown of a chat yet, whatever the page before it showed. */
export function begin() {
  detach();
  return list();
}

export async function list() {
  return (await all()).sort((a, b) => b.updated - a.updated).map(({ id, title, updated }) => ({ id, title, updated }));
}

/** A chat, and what there is of its answers; the rest is told once the page has it, and says so: attach. */
export async function load(id) {
  const chat = await chats('readonly', store => store.get(id));
  for (const message of chat?.messages ?? []) {
    const answer = running.get(message.id);
    if (answer) {
      Object.assign(message, { content: answer.text, reasoning: answer.reasoning });
      Object.assign(answer, { heldText: answer.text.length, heldReasoning: answer.reasoning.length, reference: null, awaited: true });
    } else if (message.facts && !message.facts.finish && !message.facts.error) {
      message.facts.finish = 'interrupted'; // by a reload
    }
  }
  return chat ?? null;
}

export const save = chat => chats('readwrite', store => store.put(chat));

export const remove = id => chats('readwrite', store => store.delete(id));

export const clear = () => chats('readwrite', store => store.clear());

export async function download() {
  const file = new Blob([JSON.stringify({ freehold_chats: 1, chats: await all() }, null, 2)], { type: 'application/json' });
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(file), download: 'freehold-chats.json' });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const running = new Map();
const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

/** A page shows this chat. */
export function attach(chatId, reference) {
  for (const answer of running.values()) {
    if (answer.chatId !== chatId) continue;
    Object.assign(answer, { reference, awaited: false });
    tell(answer);
  }
}

/** No page shows a chat. */
export function detach() {
  for (const answer of running.values()) {
    Object.assign(answer, { reference: null, awaited: false });
    forget(answer);
  }
}

// It is kept; whoever comes back reads it there.
function forget(answer) {
  if (answer.ended && !answer.reference && !answer.awaited) running.delete(answer.id);
}

/** Whether there was something to stop. */
export function stop(id) {
  const answer = running.get(id);
  if (!answer) return false;
  answer.facts.finish = 'stopped';
  answer.abort.abort();
  return true;
}

/** Asks, once; what comes is told to the page by Extend and Finish. */
export function ask(reference, chatId, id, facts, body) {
  if (running.has(id)) return;
  const answer = { id, chatId, facts, reference, awaited: false, text: '', reasoning: '', heldText: 0, heldReasoning: 0, abort: new AbortController(), ended: false };
  running.set(id, answer);
  run(answer, body).then(() => {
    answer.ended = true;
    tell(answer);
  });
}

async function run(answer, body) {
  const { facts } = answer;
  const begun = performance.now();
  let first = 0, last = 0, kept = begun;
  try {
    const response = await fetch('/v1/chat/completions', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body, signal: answer.abort.signal });
    if (!response.ok) throw await refusalOf(response);
    for await (const event of eventsOf(response)) {
      if (event.error) throw new Error(event.error.message);
      if (event.usage) {
        facts.promptTokens = event.usage.prompt_tokens;
        facts.completionTokens = event.usage.completion_tokens;
        facts.cachedTokens = event.usage.prompt_tokens_details?.cached_tokens ?? 0;
      }
      const choice = event.choices[0];
      if (!choice) continue;
      if (choice.finish_reason) facts.finish = choice.finish_reason;
      const text = choice.delta.content ?? '', reasoning = choice.delta.reasoning_content ?? '';
      if (!text && !reasoning) continue;
      last = performance.now();
      first ||= last;
      facts.firstTokenSeconds = (first - begun) / 1000;
      answer.text += text;
      answer.reasoning += reasoning;
      tell(answer);
      if (last - kept > 2000) {
        kept = last;
        await keep(answer);
      }
    }
    facts.finish ??= 'interrupted';
  } catch (failure) {
    if (facts.finish !== 'stopped') {
      facts.error = failure instanceof TypeError ? 'The connection to the server was lost.' : failure.message;
      facts.finish = answer.text ? 'interrupted' : null;
    }
  }
  // A speed over less than a tenth of a second would be noise.
  if (facts.completionTokens > 1 && last - first > 100) facts.tokensPerSecond = (facts.completionTokens - 1) / ((last - first) / 1000);
  await keep(answer);
}

async function refusalOf(response) {
  if (response.status === 401) location.assign('/sign-in');
  const told = await response.json().catch(() => null);
  return new Error(told?.error?.message ?? `The server answered with ${response.status}.`);
}

async function* eventsOf(response) {
  let rest = '';
  for await (const piece of piecesOf(response.body.pipeThrough(new TextDecoderStream()))) {
    const events = (rest + piece).split('\n\n');
    rest = events.pop();
    for (const event of events) {
      const data = event.replace(/^data: /, '');
      if (data === '[DONE]') return;
      if (event.startsWith('data: ')) yield JSON.parse(data);
    }
  }
}

async function* piecesOf(stream) { // not every browser can walk a stream yet
  const reader = stream.getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) yield step.value;
}

// Into the chat as it is kept now: its reader may have changed it meanwhile.
async function keep(answer) {
  const chat = await chats('readonly', store => store.get(answer.chatId));
  const message = chat?.messages.find(message => message.id === answer.id);
  if (!message) return;
  Object.assign(message, { content: answer.text, reasoning: answer.reasoning, facts: answer.facts });
  await save(chat);
}

// One telling at a time, some sixteen a second; the page says how much it has, so nothing is lost where a call was.
async function tell(answer) {
  if (answer.telling) return;
  answer.telling = true;
  while (answer.reference) {
    const { reference } = answer;
    try {
      const news = answer.heldText < answer.text.length || answer.heldReasoning < answer.reasoning.length;
      if (news) {
        const held = await freehold.call(reference, 'Extend', answer.id, answer.heldText, answer.text.slice(answer.heldText), answer.heldReasoning, answer.reasoning.slice(answer.heldReasoning));
        if (reference !== answer.reference) continue;
        if (held) [answer.heldText, answer.heldReasoning] = held;
        else answer.reference = null; // it shows another chat
      } else if (answer.ended) {
        await freehold.call(reference, 'Finish', answer.id, answer.facts);
        running.delete(answer.id);
        break;
      } else break;
      await pause(60);
    } catch {
      if (reference === answer.reference) answer.reference = null; // the server's part of the page is another one now
    }
  }
  answer.telling = false;
  forget(answer);
}
