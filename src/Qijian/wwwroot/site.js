// Type-ahead for the search box: a combobox by the ARIA pattern. Without this script the form works as it is.
const input = document.querySelector('input[data-suggest]');
if (input) {
  const language = document.documentElement.lang, prefix = language === 'en' ? '/en' : '';
  const list = document.createElement('ul');
  list.id = 'suggestions';
  list.role = 'listbox';
  list.ariaLabel = input.ariaLabel;
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
    line.id = `suggestion-${i}`;
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
  const go = i => { location.href = `${prefix}/companies/${encodeURIComponent(items[i].id)}`; };
  const move = to => {
    at = to;
    [...list.children].forEach((line, i) => { line.ariaSelected = String(i === at); });
    if (at < 0) input.removeAttribute('aria-activedescendant');
    else {
      input.setAttribute('aria-activedescendant', `suggestion-${at}`);
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
}

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
