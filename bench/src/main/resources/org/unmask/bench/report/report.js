// Fills the page from the JSON in #data.
const data = JSON.parse(document.getElementById('data').textContent);
const $ = id => document.getElementById(id);
const models = data.models.map(m => m.name);
const many = models.length > 1;
const DASHES = ['', '7 4', '2 4', '10 3 2 3'];
const names = [...new Set(data.curves.map(c => c.strategy))];
const curves = data.curves.map(c => ({
  ...c,
  label: many ? `${c.model} · ${c.strategy}` : c.strategy,
  colour: `var(--c${names.indexOf(c.strategy) % 8})`,
  shape: names.indexOf(c.strategy),
  dash: DASHES[models.indexOf(c.model) % DASHES.length],
  shown: true,
}));
let chosen = null; // task id, or null for the average

function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const key in attributes) {
    if (key.startsWith('on')) node.addEventListener(key.slice(2), attributes[key]);
    else node.setAttribute(key, attributes[key]);
  }
  node.append(...children.filter(c => c !== null && c !== undefined));
  return node;
}
const number = (value, digits) => value === null || value === undefined || Number.isNaN(value) ? '–' : value.toFixed(digits);
const percent = value => value === null || value === undefined ? '–' : `${Math.round(100 * value)} %`;

function measureOf(point, task) { return task === null ? point : point.tasks[task]; }

function series(task) {
  return curves.filter(c => c.shown).map(c => ({
    ...c,
    points: c.points.filter(p => measureOf(p, task)).map(p => {
      const m = measureOf(p, task);
      return {x: m.tokens_per_step, y: m.score, setting: p.setting, m};
    }).sort((a, b) => a.x - b.x),
  })).filter(c => c.points.length);
}
const maxX = Math.max(2, ...data.curves.flatMap(c => c.points.flatMap(p =>
  [p.tokens_per_step, ...Object.values(p.tasks).map(t => t.tokens_per_step)])));
const ceilX = 2 ** Math.ceil(Math.log2(maxX) - 1e-9);

// 'threshold=0.9' says it all; 'k=4' needs its strategy's name in front
function title(curve, setting) {
  return setting.startsWith(`${curve.label}=`) ? setting : `${curve.label} ${setting}`;
}

function describe(curve, point) {
  const m = point.m;
  if (!m) return [curve.label, `score ${number(point.y, 1)}`, `${number(point.x, 2)} tokens/step`];
  return [
    title(curve, point.setting),
    `score ${number(m.score, 1)}`,
    `${number(m.tokens_per_step, 2)} tokens/step, NFE ${number(m.nfe, 1)}`,
    `${number(m.ms_per_step, 2)} ms/step, ${number(m.tokens_per_second, 0)} tokens/s`,
    `${percent(m.kept_share)} kept, ${m.samples} samples`,
  ];
}

function tip(box, lines) {
  const node = $('tip');
  if (!box) { node.hidden = true; return; }
  node.replaceChildren(el('b', {}, lines[0]), ...lines.slice(1).map(l => el('span', {}, l, el('br'))));
  node.hidden = false;
  const w = node.offsetWidth, h = node.offsetHeight;
  const left = Math.max(8, Math.min(box.left + box.width / 2 - w / 2, document.documentElement.clientWidth - w - 8));
  const above = box.top - h - 10;
  node.style.left = `${left + scrollX}px`;
  node.style.top = `${(above > 4 ? above : box.bottom + 10) + scrollY}px`;
}

function taskName(id) { return data.tasks.find(t => t.id === id).name; }

const published = publishedCurves();
const chosenReference = () => $('reference').value === '' ? null : published[+$('reference').value];

// Lines beside the measured ones: what an ideal model reaches, and what others published.
function beside(task) {
  const lines = [];
  const line = (label, points, extra) => points.length && lines.push(
    {label, shape: 0, points: points.filter(p => p[0] <= ceilX).map(([x, y]) => ({x, y, setting: '', m: null})), ...extra});
  const theory = task === null ? [] : data.tasks.find(t => t.id === task).theory;
  if ($('theory').checked) line('ideal model', theory, {colour: 'var(--ink)', dash: '1 5', style: 'thin'});
  const reference = chosenReference();
  if (reference) {
    line(`${reference.name}, ${reference.source}, ${reference.version}`, publishedPoints(reference, task),
      {colour: 'var(--quiet)', dash: '6 4', style: 'reference'});
  }
  if ($('oracle').checked && task === null) {
    for (const c of curves.filter(c => c.shown && c.oracle)) {
      line(`oracle over ${c.label}`, [[c.oracle.tokens_per_step, c.oracle.score]], {colour: c.colour, shape: 3});
    }
  }
  return lines;
}

function drawMain() {
  const width = Math.max(320, Math.min(1080, $('chart').clientWidth || 1000));
  const height = Math.round(Math.max(250, Math.min(430, width * .46)));
  const label = chosen === null ? `Average of ${data.tasks.length} tasks` : taskName(chosen);
  $('chart-title').textContent = label;
  const ideal = chosen !== null && data.tasks.find(t => t.id === chosen).theory.length > 0;
  $('theory-label').hidden = !ideal;
  $('oracle-label').hidden = chosen !== null || !curves.some(c => c.oracle);
  $('theory-note').hidden = false;
  const reference = chosenReference();
  const published = !reference ? '' : publishedPoints(reference, chosen).length
    ? ` Dashed: ${reference.name}, published in ${reference.source}, measured with the prompts of ${reference.version}.`
    : ` ${reference.name} has no published figures here.`;
  $('theory-note').textContent = ideal
    ? 'Dotted: a perfect model with one token per item that unmasks k items a step, greedily. Names take several tokens, so real curves fall later.'
    : chosen === null ? 'Choose a task below to see what theory allows. An oracle knows the best setting for each sample.' : '';
  $('theory-note').textContent += published;
  $('chart').replaceChildren(drawChart({width, height, curves: [...series(chosen), ...beside(chosen)], maxX: ceilX, describe, tip, label}));
}

function drawPanels() {
  const panel = (id, name) => {
    const shown = series(id);
    const all = shown.flatMap(c => c.points);
    const first = all.reduce((a, b) => b.x < a.x ? b : a, all[0]);
    const last = all.reduce((a, b) => b.x > a.x ? b : a, all[0]);
    const caption = all.length ? `${number(first.y, 0)} → ${number(last.y, 0)}` : 'nothing yet';
    return el('button', {
      type: 'button', class: 'panel', 'aria-pressed': String(chosen === id),
      title: 'score at the slowest and at the fastest setting',
      onclick: () => { chosen = id; redraw(); },
    }, el('strong', {}, name), el('small', {}, caption),
      drawChart({width: 150, height: 66, curves: shown, mini: true, maxX: ceilX}));
  };
  const focused = [...$('panels').children].indexOf(document.activeElement);
  $('panels').replaceChildren(panel(null, 'Average'), ...data.tasks.map(t => panel(t.id, t.name)));
  if (focused >= 0) $('panels').children[focused].focus();
}

function drawLegend() {
  const focused = [...$('legend').children].indexOf(document.activeElement);
  $('legend').replaceChildren(...curves.map(c => {
    const key = svg('svg', {width: 24, height: 12, viewBox: '0 0 24 12', 'aria-hidden': 'true'});
    svg('path', {d: 'M1,6H23', class: 'curve', stroke: c.colour, 'stroke-dasharray': c.dash || 'none'}, key);
    svg('path', {d: SHAPES[c.shape % SHAPES.length](4), fill: c.colour, transform: 'translate(12,6)'}, key);
    return el('button', {
      type: 'button', 'aria-pressed': String(c.shown),
      onclick: () => { c.shown = !c.shown; redraw(); },
    }, key, c.label);
  }));
  if (focused >= 0) $('legend').children[focused].focus();
}

function redraw() { tip(null); drawLegend(); drawMain(); drawPanels(); }

function cards() {
  const slow = curves.flatMap(c => c.points.map(p => ({c, p}))).filter(o => Object.keys(o.p.tasks).length)
    .sort((a, b) => a.p.tokens_per_step - b.p.tokens_per_step || b.p.score - a.p.score)[0];
  if (!slow) return;
  const base = slow.p;
  const made = [['' + number(base.score, 1), `score with ${title(slow.c, base.setting)}, the slowest setting`]];
  const reach = Math.max(0, base.score - 5);
  const fast = curves.flatMap(c => c.points.map(p => ({c, p}))).filter(o => o.p.score >= reach)
    .sort((a, b) => b.p.tokens_per_step - a.p.tokens_per_step)[0];
  if (fast) made.push([`${number(fast.p.tokens_per_step, 1)}×`, `tokens per step within 5 points of it: ${title(fast.c, fast.p.setting)}`]);
  const drops = data.tasks.map(t => {
    const all = series(t.id).flatMap(c => c.points);
    if (!all.length) return null;
    const first = all.reduce((a, b) => b.x < a.x ? b : a), last = all.reduce((a, b) => b.x > a.x ? b : a);
    return {t, drop: first.y - last.y};
  }).filter(Boolean);
  if (drops.length > 1) {
    const holding = drops.filter(d => d.drop < 5).length;
    const worst = drops.reduce((a, b) => b.drop > a.drop ? b : a);
    made.push([`${holding} of ${drops.length}`, 'tasks lose less than 5 points from the slowest to the fastest setting']);
    made.push([`−${number(worst.drop, 0)}`, `points on ${worst.t.name}, the task that suffers most`]);
  }
  $('cards').replaceChildren(...made.map(([big, small]) => el('div', {class: 'card'}, el('b', {}, big), el('span', {}, small))));
}

function swatch(c) { return el('span', {class: 'swatch', style: `background:${c.colour}`, 'aria-hidden': 'true'}); }

/** Tokens per step at a level of score; a dash if no setting comes up to it. */
function speed(v) { return v ? number(v, 2) : '–'; }

function pbTable() {
  const best = data.pb_levels.map(x => Math.max(...curves.map(c => c.pb[x] ?? -1)));
  $('pb').replaceChildren(
    el('thead', {}, el('tr', {}, el('th', {scope: 'col', class: 'left'}, 'Strategy'),
      ...data.pb_levels.map(x => el('th', {scope: 'col'}, `PB${x}`)),
      el('th', {scope: 'col'}, `at ≥ ${number(data.matched_level, 1)}`), el('th', {scope: 'col'}, '95 % interval'),
      el('th', {scope: 'col'}, 'Oracle'))),
    el('tbody', {}, ...curves.map(c => el('tr', {}, el('th', {scope: 'row'}, swatch(c), c.label),
      ...data.pb_levels.map((x, i) => {
        const v = c.pb[x];
        return el('td', v !== null && v === best[i] ? {class: 'best'} : {}, number(v, 2));
      }),
      el('td', {}, speed(c.matched?.[0])),
      el('td', {}, c.matched?.[2] ? `${speed(c.matched[1])} to ${speed(c.matched[2])}` : '–'),
      el('td', {}, c.oracle ? `${number(c.oracle.score, 0)} @ ${number(c.oracle.tokens_per_step, 2)}` : '–')))));
  $('matched-note').textContent = `The next column is the speed within 5 points of the slowest setting, with an interval from `
    + `resampling the samples, and a dash where no setting reaches that; Oracle is score @ tokens per step if the best setting of each sample were known.`;
}

const COLUMNS = [
  ['Strategy', r => r.c.label, null], ['Setting', r => r.p.setting, null],
  ['Score', r => r.p.score, 1], ['Tokens/step', r => r.p.tokens_per_step, 2], ['NFE', r => r.p.nfe, 1],
  ['ms/step', r => r.p.ms_per_step, 2], ['Tokens/s', r => r.p.tokens_per_second, 0], ['Kept', r => r.p.kept_share, '%'],
  ...(curves.some(c => c.points.some(p => p.joules_per_token !== undefined)) ? [['J/token', r => r.p.joules_per_token, 4]] : []),
  ...(curves.some(c => c.points.some(p => p.failed)) ? [['Failed', r => r.p.failed || 0, 0]] : []),
  ['Samples', r => r.p.samples, 0],
];
let order = {column: -1, down: false};

function settingsTable() {
  const rows = curves.flatMap(c => c.points.filter(p => p.samples).map((p, i) => ({c, p, i})));
  const wanted = $('filter').value.trim().toLowerCase();
  const shown = rows.filter(r => `${r.c.label} ${r.p.setting}`.toLowerCase().includes(wanted));
  if (order.column >= 0) {
    const of = COLUMNS[order.column][1];
    const sign = order.down ? -1 : 1;
    shown.sort((a, b) => {
      const x = of(a), y = of(b);
      if (x === null || y === null) return (x === null) - (y === null);
      return sign * (typeof x === 'string' ? x.localeCompare(y, 'en', {numeric: true}) : x - y);
    });
  }
  const active = document.activeElement?.dataset?.column;
  $('settings').replaceChildren(
    el('thead', {}, el('tr', {}, ...COLUMNS.map(([name, , digits], i) => el('th', {
      scope: 'col', class: digits === null ? 'left' : '',
      'aria-sort': order.column === i ? (order.down ? 'descending' : 'ascending') : 'none',
    }, el('button', {
      type: 'button', 'data-column': i,
      onclick: () => {
        order = {column: i, down: order.column === i ? !order.down : digits !== null};
        settingsTable();
      },
    }, name))))),
    el('tbody', {}, ...shown.map(r => el('tr', {}, el('th', {scope: 'row'}, swatch(r.c), r.c.label),
      ...COLUMNS.slice(1).map(([, of, digits]) => digits === null ? el('td', {class: 'left'}, of(r))
        : el('td', {}, digits === '%' ? percent(of(r)) : number(of(r), digits)))))));
  if (active !== undefined) $('settings').querySelector(`[data-column="${active}"]`)?.focus();
}

function heatTable() {
  const columns = curves.flatMap(c => c.points.filter(p => p.samples).map(p => ({c, p})));
  const groups = curves.map(c => ({c, n: c.points.filter(p => p.samples).length})).filter(g => g.n);
  const cell = score => {
    if (score === undefined || score === null) return el('td', {class: 'quiet'}, '–');
    const a = (.06 + .74 * score / 100).toFixed(3);
    return el('td', {style: `background:rgba(var(--good), ${a})`}, number(score, 0));
  };
  $('heat').replaceChildren(
    el('thead', {},
      el('tr', {}, el('th', {class: 'left', rowspan: 2, scope: 'col'}, 'Task'),
        ...groups.map(g => el('th', {colspan: g.n, scope: 'colgroup'}, swatch(g.c), g.c.label))),
      el('tr', {}, ...columns.map(o => el('th', {scope: 'col'}, o.p.setting.replace(/^[a-z]+=/, ''))))),
    el('tbody', {},
      ...data.tasks.map(t => el('tr', {}, el('th', {scope: 'row'}, t.name),
        ...columns.map(o => cell(o.p.tasks[t.id]?.score)))),
      el('tr', {class: 'average'}, el('th', {scope: 'row'}, 'Average'), ...columns.map(o => cell(o.p.score)))));
}

function page() {
  const title = models.join(', ');
  document.title = `${title}: Unmask report`;
  $('title').textContent = title;
  $('subtitle').textContent = data.subtitle;
  if (!data.complete) {
    $('partial').hidden = false;
    $('partial').textContent = `This run is not finished: ${data.done} of ${data.planned} samples. Start it again with the same name to go on.`;
  }
  $('facts').replaceChildren(...data.facts.map(([k, v]) => el('div', {}, el('dt', {}, k), el('dd', {}, v))));
  $('command').textContent = data.command;
  $('copy').addEventListener('click', async () => {
    try { await navigator.clipboard.writeText(data.command); } catch {
      const range = document.createRange(); range.selectNodeContents($('command'));
      getSelection().removeAllRanges(); getSelection().addRange(range);
      document.execCommand('copy');
    }
    $('copy').textContent = 'Copied';
    setTimeout(() => { $('copy').textContent = 'Copy'; }, 1500);
  });
  const dark = () => document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  const name = () => { $('theme').textContent = dark() ? 'Light' : 'Dark'; };
  $('theme').addEventListener('click', () => { document.documentElement.dataset.theme = dark() ? 'light' : 'dark'; name(); });
  name();
  $('filter').addEventListener('input', settingsTable);
  published.forEach((c, i) => $('reference').append(el('option', {value: i}, `${c.name} (${c.version})`)));
  for (const id of ['theory', 'oracle', 'reference']) $(id).addEventListener('change', redraw);
  tracesSection(); samplesSection(); publishedSection();
  cards(); pbTable(); settingsTable(); heatTable(); redraw();
  let width = innerWidth;
  addEventListener('resize', () => { if (innerWidth !== width) { width = innerWidth; redraw(); } });
}
page();
