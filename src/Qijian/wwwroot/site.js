// Type-ahead for the search box: a combobox by the ARIA pattern. Without this script the form works as it is.
const input = document.querySelector('input[data-suggest]');
if (input) {
  const list = document.createElement('ul');
  list.id = 'suggestions';
  list.role = 'listbox';
  list.hidden = true;
  input.parentElement.append(list);
  Object.assign(input, { role: 'combobox', autocomplete: 'off', ariaExpanded: 'false', ariaAutoComplete: 'list' });
  input.setAttribute('aria-controls', list.id);
  const prefix = document.documentElement.lang === 'en' ? '/en' : '';
  let request, items = [], at = -1;

  const show = found => {
    items = found;
    at = -1;
    list.replaceChildren(...found.map((item, i) => {
      const line = document.createElement('li');
      line.id = `suggestion-${i}`;
      line.role = 'option';
      line.textContent = item.name;
      if (item.matchedText) {
        const why = document.createElement('small');
        why.textContent = item.matchedText;
        line.append(why);
      }
      line.addEventListener('pointerdown', event => { event.preventDefault(); go(i); });
      return line;
    }));
    list.hidden = found.length === 0;
    input.ariaExpanded = String(!list.hidden);
    input.removeAttribute('aria-activedescendant');
  };
  const go = i => { location.href = `${prefix}/companies/${encodeURIComponent(items[i].id)}`; };
  const move = to => {
    at = to;
    [...list.children].forEach((line, i) => { line.ariaSelected = String(i === at); });
    if (at < 0) input.removeAttribute('aria-activedescendant');
    else input.setAttribute('aria-activedescendant', `suggestion-${at}`);
  };

  input.addEventListener('input', async () => {
    request?.abort();
    const text = input.value.trim();
    if (!text) return show([]);
    request = new AbortController();
    try {
      const answer = await fetch(`/api/v1/suggest?q=${encodeURIComponent(text)}`, { signal: request.signal });
      show(answer.ok ? await answer.json() : []);
    } catch (error) {
      if (error.name !== 'AbortError') show([]);
    }
  });
  input.addEventListener('keydown', event => {
    if (list.hidden) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      move((at + 1 + step + items.length + 1) % (items.length + 1) - 1);
    } else if (event.key === 'Enter' && at >= 0) {
      event.preventDefault();
      go(at);
    } else if (event.key === 'Escape') show([]);
  });
  input.addEventListener('blur', () => show([]));
}
