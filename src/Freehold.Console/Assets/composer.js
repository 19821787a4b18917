// Where a chat is typed, and where it is read.

const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');

/** Enter sends, Shift+Enter breaks the line, Escape stops; the box grows with its text. What is not sent yet outlives the page, in its tab. */
export function compose(area, reference) {
  let sending = false;
  const grow = () => {
    area.style.height = 'auto';
    area.style.height = `${Math.min(area.scrollHeight, innerHeight * 0.4)}px`;
  };
  const changed = () => {
    sessionStorage.setItem('freehold-draft', area.value);
    grow();
  };
  const send = async () => {
    const text = area.value.trim();
    if (!text || sending) return;
    sending = true;
    try {
      if (await freehold.call(reference, 'Send', newId(), text) && area.value.trim() === text) {
        area.value = '';
        changed();
      }
    } catch {
      // The page is drawn anew, and the text with it.
    } finally {
      sending = false;
    }
  };
  area.value ||= sessionStorage.getItem('freehold-draft') ?? '';
  grow();
  area.addEventListener('input', changed);
  area.addEventListener('keydown', event => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      send();
    } else if (event.key === 'Escape') freehold.call(reference, 'StopAll').catch(() => {});
  });
  area.form.addEventListener('submit', event => {
    event.preventDefault();
    send();
  });
}

/** Keeps the end in sight while the reader is there, and leaves them alone where they have scrolled up. */
export function follow(list) {
  let atEnd = true;
  const end = () => list.scrollTop = list.scrollHeight;
  list.addEventListener('scroll', () => atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 48, { passive: true });
  new MutationObserver(() => atEnd && end()).observe(list, { childList: true, subtree: true, characterData: true });
  list.toEnd = () => { atEnd = true; end(); };
  end();
}

export const toEnd = list => list.toEnd?.();
