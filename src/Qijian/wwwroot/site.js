// Type-ahead for the search box and for fields that name a company: a combobox by the ARIA pattern. Without this script the forms work as they are.
document.querySelectorAll('input[data-suggest], input[data-pick]').forEach((input, box) => {
  const language = document.documentElement.lang, prefix = language === 'en' ? '/en' : '';
  const list = document.createElement('ul');
  list.id = `suggestions-${box}`;
  list.role = 'listbox';
  list.ariaLabel = input.ariaLabel ?? input.labels[0]?.textContent;
  list.hidden = true;
  input.parentElement.append(list);
  Object.assign(input, { role: 'combobox', ariaExpanded: 'false', ariaAutoComplete: 'list' });
  input.setAttribute('aria-controls', list.id);
  let request, timer, items = [], at = -1;

  const element = (name, text, className) => {
    const made = document.createElement(name);
    made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  const lineOf = (item, i) => {
    const line = element('li', '');
    line.id = `suggestion-${box}-${i}`;
    line.role = 'option';
    line.ariaSelected = 'false';
    line.append(element('span', item.name));
    if (item.statusLabel) line.append(element('span', item.statusLabel, `status ${item.statusClass}`));
    line.append(element('small', item.matchedText ? `${item.why} ${item.matchedText}` : item.creditCode ? `${item.why} · ${item.creditCode}` : item.why));
    line.addEventListener('pointerdown', event => event.preventDefault()); // the box keeps the focus
    line.addEventListener('click', () => go(i));
    return line;
  };
  const show = found => {
    items = found;
    at = -1;
    list.replaceChildren(...found.map(lineOf));
    list.hidden = found.length === 0;
    input.ariaExpanded = String(!list.hidden);
    input.removeAttribute('aria-activedescendant');
  };
  const close = () => {
    clearTimeout(timer);
    request?.abort();
    show([]);
  };
  const go = i => {
    const { id, name } = items[i];
    if ('suggest' in input.dataset) location.href = `${prefix}/companies/${encodeURIComponent(id)}`;
    else {
      input.value = `${name} ${id}`; // the form understands a name with its id behind it
      close();
    }
  };
  const move = to => {
    at = to;
    [...list.children].forEach((line, i) => { line.ariaSelected = String(i === at); });
    if (at < 0) input.removeAttribute('aria-activedescendant');
    else {
      input.setAttribute('aria-activedescendant', `suggestion-${box}-${at}`);
      list.children[at].scrollIntoView({ block: 'nearest' });
    }
  };
  const ask = async () => {
    request = new AbortController();
    try {
      const answer = await fetch(`/api/v1/suggest?q=${encodeURIComponent(input.value.trim())}`, { signal: request.signal, headers: { 'Accept-Language': language } });
      show(answer.ok ? await answer.json() : []);
    } catch (error) {
      if (error.name !== 'AbortError') show([]);
    }
  };

  input.addEventListener('input', event => {
    clearTimeout(timer);
    request?.abort(); // what was asked before is no longer wanted
    if (event.isComposing && !input.value.trim()) return;
    if (!input.value.trim()) return show([]);
    timer = setTimeout(ask, 30); // one question for keys in quick succession
  });
  input.addEventListener('keydown', event => {
    if (event.isComposing) return; // the keys belong to the input method
    if (event.key === 'Escape' && !list.hidden) {
      event.preventDefault(); // else the box is emptied too
      close();
    } else if (list.hidden) {
      return;
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      move((at + 1 + step + items.length + 1) % (items.length + 1) - 1);
    } else if (event.key === 'Enter' && at >= 0) {
      event.preventDefault();
      go(at);
    }
  });
  input.addEventListener('blur', close);
});

// Browsers without popovers show the boxes at the end of the page: a mark leads there.
if (!('popover' in HTMLElement.prototype)) {
  document.addEventListener('click', event => {
    const mark = event.target.closest('[popovertarget]');
    if (mark) location.hash = mark.getAttribute('popovertarget');
  });
}

// Passkeys: their buttons are there where the browser knows them; what the device answers goes with an ordinary form.
if (window.PublicKeyCredential?.parseCreationOptionsFromJSON) {
  for (const form of document.querySelectorAll('form[data-passkey]')) {
    const status = form.querySelector('[role=status]');
    form.hidden = false;
    form.addEventListener('submit', async event => {
      event.preventDefault();
      status.textContent = '';
      try {
        const { options, ticket } = await (await fetch(form.action)).json();
        const credential = form.dataset.passkey === 'create'
          ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
          : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
        form.elements.ticket.value = ticket;
        form.elements.credential.value = JSON.stringify(credential);
        form.submit();
      } catch {
        status.textContent = form.dataset.failed; // refused, or the device has none
      }
    });
  }
}

for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => print());
}

// A long list is worked through while its form waits for the answer: how far it is, asked for by a number made up here. Without this script the browser shows that it waits.
for (const form of document.querySelectorAll('form[data-watch]')) {
  const status = form.querySelector('[data-progress]'), watch = document.createElement('input');
  Object.assign(watch, { type: 'hidden', name: 'watch' });
  form.append(watch);
  let timer;
  form.addEventListener('submit', () => {
    if (!crypto.randomUUID) return; // only over HTTPS and on this machine
    watch.value = crypto.randomUUID();
    clearInterval(timer);
    let seen = false, missed = 0;
    timer = setInterval(async () => {
      const answer = await fetch(`/relations/matrix/progress/${watch.value}`).catch(() => undefined);
      if (answer?.ok) {
        const { matched, names, pairs, allPairs } = await answer.json();
        seen = true;
        const [words, done, all] = allPairs ? [form.dataset.pairs, pairs, allPairs] : [form.dataset.watch, matched, names];
        if (all) status.textContent = words.replace('{0}', done).replace('{1}', all);
      } else if (seen || ++missed > 20) { // a file came, and the page stays; or it never began
        clearInterval(timer);
        status.textContent = '';
      }
    }, 1000);
  });
}

// The tab that is open is in sight on a narrow screen too.
for (const tab of document.querySelectorAll('.tabs [aria-current]')) tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 24;

// A number has a slider beside it, for the hand.
for (const slider of document.querySelectorAll('input[data-slider]')) {
  const number = document.getElementById(slider.dataset.slider);
  slider.hidden = false;
  slider.addEventListener('input', () => { number.value = slider.value; });
  number.addEventListener('input', () => { slider.value = number.value; });
}

// Pictures of relations: pan by drag, zoom by wheel with Ctrl, keys and buttons, step open without a new page. Without this script they scroll, and all that opens is a link.
const canvas = document.querySelector('[data-canvas]');
if (canvas) {
  let scale = 1;
  const picture = () => canvas.querySelector('svg.picture');
  const size = name => picture().viewBox.baseVal[name];
  const zoom = (to, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) => {
    const before = scale;
    scale = Math.min(4, Math.max(0.1, to));
    const [left, top] = [canvas.scrollLeft + x, canvas.scrollTop + y];
    picture().setAttribute('width', size('width') * scale);
    picture().setAttribute('height', size('height') * scale);
    canvas.scrollTo(left * scale / before - x, top * scale / before - y);
  };
  const centre = () => {
    const focus = picture().querySelector('.focus')?.getBoundingClientRect(), frame = canvas.getBoundingClientRect();
    if (focus) canvas.scrollBy(focus.x + focus.width / 2 - frame.x - frame.width / 2, focus.y + focus.height / 2 - frame.y - frame.height / 2);
  };
  const fit = () => zoom(Math.min(1, canvas.clientWidth / size('width'), canvas.clientHeight / size('height')));

  const bar = document.createElement('div');
  bar.className = 'zoom';
  for (const [words, act] of [[canvas.dataset.in, () => zoom(scale * 1.25)], [canvas.dataset.out, () => zoom(scale / 1.25)], [canvas.dataset.fit, fit]]) {
    const button = document.createElement('button');
    Object.assign(button, { type: 'button', className: 'btn', textContent: words });
    button.addEventListener('click', act);
    bar.append(button);
  }
  canvas.before(bar);
  canvas.classList.add('moves');
  centre();

  canvas.addEventListener('wheel', event => {
    if (!event.ctrlKey) return; // the page goes on scrolling
    event.preventDefault();
    const frame = canvas.getBoundingClientRect();
    zoom(scale * Math.exp(-event.deltaY / 300), event.clientX - frame.x, event.clientY - frame.y);
  }, { passive: false });
  canvas.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '+' || event.key === '=') zoom(scale * 1.25);
    else if (event.key === '-') zoom(scale / 1.25);
    else if (event.key === '0') fit();
  });

  let held, moved = false;
  canvas.addEventListener('pointerdown', event => {
    if (event.pointerType !== 'mouse' || event.button !== 0) return; // fingers scroll as they are used to
    held = { x: event.clientX + canvas.scrollLeft, y: event.clientY + canvas.scrollTop };
    moved = false;
  });
  addEventListener('pointermove', event => {
    if (!held) return;
    if (Math.abs(held.x - event.clientX - canvas.scrollLeft) + Math.abs(held.y - event.clientY - canvas.scrollTop) > 4) moved = true;
    if (!moved) return;
    canvas.classList.add('held');
    canvas.scrollTo(held.x - event.clientX, held.y - event.clientY);
  });
  addEventListener('pointerup', () => {
    held = undefined;
    canvas.classList.remove('held');
  });
  canvas.addEventListener('dragstart', event => event.preventDefault());

  canvas.addEventListener('click', async event => {
    const link = event.target.closest('a');
    if (link && moved) return event.preventDefault(); // it was dragged, not clicked
    if (!link?.closest('.party.more') || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const to = link.href.baseVal;
    if (new URL(to, location.href).pathname !== location.pathname) return;
    event.preventDefault();
    try {
      const answer = await fetch(to);
      if (!answer.ok) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      picture().replaceWith(page.querySelector('svg.picture'));
      document.querySelector('.edges')?.replaceWith(page.querySelector('.edges'));
      history.replaceState(null, '', to.replace(/#.*/, ''));
      zoom(scale);
      centre();
      canvas.focus({ preventScroll: true });
    } catch {
      location.href = to;
    }
  });
}
