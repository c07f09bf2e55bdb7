// The samples behind the averages: how they were unmasked, what was asked and answered.
const MASK = '·';

// Replays a trace up to a step; each cell {token, step, confidence, state}.
function replay(trace, upTo) {
  const cells = Array.from({length: trace.length}, () => ({token: null, step: -1, confidence: -1, state: ''}));
  for (let s = 0; s <= upTo && s < trace.steps.length; s++) {
    const [at, tokens, confidence] = trace.steps[s];
    at.forEach((position, i) => {
      const cell = cells[position];
      if (!cell) return;
      const masked = cell.token === null;
      if (tokens[i] === '') Object.assign(cell, {token: null, step: s, confidence: -1, state: masked ? '' : 'revoked'});
      else Object.assign(cell, {token: tokens[i], step: s, confidence: confidence[i], state: masked ? '' : 'edited'});
    });
  }
  return cells;
}

// The first step after which two canvases differ, and where; null if they never do.
function divergence(a, b) {
  const longest = Math.max(a.steps.length, b.steps.length);
  for (let s = 0; s < longest; s++) {
    const x = replay(a, s), y = replay(b, s);
    const at = x.findIndex((cell, i) => y[i] && cell.token !== null && y[i].token !== null && cell.token !== y[i].token);
    if (at >= 0) return {step: s, at, a: x[at].token, b: y[at].token};
  }
  return null;
}

// End marks and padding, whatever they are called.
const isSpecial = token => /^<[|\uff5c]?[^<>\s]+[|\uff5c]?>$/.test(token);

function visible(token) {
  return isSpecial(token) ? 'end' : token.replace(/\n/g, '⏎').replace(/ /g, '␣');
}

function drawCanvas(cells, step, marked) {
  return el('div', {class: 'canvas', role: 'img', 'aria-label': cells.map(c => c.token ?? MASK).join('')},
    ...cells.map((cell, i) => {
      const classes = ['tok'];
      if (step >= 0 && cell.step === step) classes.push('new');
      if (cell.token === null) classes.push('mask');
      else if (isSpecial(cell.token)) classes.push('special');
      if (cell.state) classes.push(cell.state);
      if (marked === i) classes.push('diverges');
      const shade = cell.token === null ? 0 : cell.confidence < 0 ? .15 : .08 + .6 * cell.confidence;
      const title = cell.token === null ? `position ${i}: masked` : `position ${i}: ${JSON.stringify(cell.token)}, step ${cell.step + 1}`
        + (cell.confidence >= 0 ? `, confidence ${cell.confidence.toFixed(3)}` : '');
      const node = el('span', {class: classes.join(' '), title}, cell.token === null ? MASK : visible(cell.token),
        ...(cell.step >= 0 ? [el('small', {}, String(cell.step + 1))] : []));
      if (shade) node.style.background = `rgba(var(--good), ${shade.toFixed(2)})`;
      return node;
    }));
}

const settingName = (c, p) => `${curves[c].label} ${data.curves[c].points[p].setting}`;

function tracesSection() {
  if (!data.traces.length) return;
  $('traces-section').hidden = false;
  const samples = [...new Set(data.traces.map(t => `${t.t} ${t.i}`))];
  $('trace-sample').append(...samples.map(s => {
    const [t, i] = s.split(' ');
    return el('option', {value: s}, `${data.tasks[t].name} ${i}`);
  }));
  let chosenTraces = [], pickers = [], timer = null;
  const stop = () => { clearInterval(timer); timer = null; $('play').textContent = 'Play'; };
  const show = () => {
    const step = +$('step').value - 1;
    const parted = divergence(chosenTraces[0], chosenTraces[1]);
    $('step-out').textContent = `${step + 1} of ${$('step').max}`;
    $('traces').replaceChildren(...chosenTraces.map((trace, n) => {
      const cells = replay(trace, step);
      const left = cells.filter(c => c.token === null).length;
      return el('div', {class: 'trace'}, pickers[n],
        drawCanvas(cells, Math.min(step, trace.steps.length - 1), parted && step >= parted.step ? parted.at : -1),
        el('p', {class: 'quiet'}, step >= trace.steps.length - 1
          ? `done after ${trace.steps.length} steps` : `${left} of ${trace.length} tokens masked`));
    }));
    $('divergence').textContent = parted
      ? `First difference at position ${parted.at}, after step ${parted.step + 1}: ${JSON.stringify(parted.a)} on the left, ${JSON.stringify(parted.b)} on the right.`
      : 'Both give the same tokens.';
  };
  const choose = () => {
    stop();
    const [t, i] = $('trace-sample').value.split(' ').map(Number);
    const list = data.traces.filter(x => x.t === t && x.i === i);
    const before = pickers.map(p => p.selectedOptions[0]?.textContent);
    pickers = [0, 1].map(n => {
      const picker = el('select', {'aria-label': n ? 'Right trace' : 'Left trace'},
        ...list.map((x, k) => el('option', {value: k}, settingName(x.c, x.p))));
      const same = list.findIndex(x => settingName(x.c, x.p) === before[n]);
      picker.value = same >= 0 ? same : n ? Math.max(0, list.findLastIndex(x => x.c === list[0].c)) : 0;
      picker.addEventListener('change', () => { pick(); picker.focus(); });
      return picker;
    });
    const pick = () => {
      chosenTraces = pickers.map(p => list[+p.value]);
      const longest = Math.max(...chosenTraces.map(x => x.steps.length));
      $('step').max = longest;
      if (+$('step').value > longest) $('step').value = longest;
      show();
    };
    $('step').max = 1e4;
    $('step').value = Math.max(...list.map(x => x.steps.length));
    pick();
  };
  $('trace-sample').addEventListener('change', choose);
  $('step').addEventListener('input', () => { stop(); show(); });
  $('play').addEventListener('click', () => {
    if (timer) return stop();
    if (+$('step').value >= +$('step').max) $('step').value = 0;
    $('play').textContent = 'Pause';
    show();
    timer = setInterval(() => {
      $('step').value = +$('step').value + 1;
      show();
      if (+$('step').value >= +$('step').max) stop();
    }, 350);
  });
  choose();
}

function samplesSection() {
  if (!data.rows.length) return;
  $('samples-section').hidden = false;
  $('samples-note').textContent = data.rows_left_out
    ? `The first samples of each task; the file samples.jsonl beside this page holds ${data.rows_left_out} more.`
    : 'Prompt, answer and verdict. Scores are what the task\'s own rules give.';
  const questions = new Map(data.questions.map(q => [`${q.task} ${q.index}`, q]));
  $('sample-task').append(...data.tasks.map((t, i) => el('option', {value: i}, t.name)));
  data.curves.forEach((c, ci) => c.points.forEach((p, pi) =>
    $('sample-setting').append(el('option', {value: `${ci} ${pi}`}, settingName(ci, pi)))));
  const show = () => {
    const t = +$('sample-task').value;
    const [c, p] = $('sample-setting').value.split(' ').map(Number);
    const rows = data.rows.filter(r => r.t === t && r.c === c && r.p === p && (!$('only-wrong').checked || r.s < 1));
    $('samples').replaceChildren(...rows.map(r => {
      const q = questions.get(`${data.tasks[t].id} ${r.i}`);
      const right = r.s >= 1;
      return el('details', {},
        el('summary', {}, el('span', {class: `verdict ${right ? 'right' : 'wrong'}`}, r.e ? 'failed' : right ? 'right' : r.s > 0 ? number(r.s, 2) : 'wrong'),
          `${r.i}: ${(r.e || r.o).trim().split('\n')[0].slice(0, 120) || '(nothing)'}`, el('span', {class: 'quiet'}, `  NFE ${r.n}`)),
        ...(q ? [el('h4', {}, 'Prompt'), el('pre', {}, q.prompt)] : []),
        el('h4', {}, 'Answer'), el('pre', {}, r.o || '(nothing)'),
        ...(q ? [el('h4', {}, 'One right answer'), el('pre', {}, q.expected)] : []),
        el('h4', {}, 'Scores'), el('pre', {}, r.e || Object.entries(r.a).map(([k, v]) => `${k} ${number(v, 3)}`).join('\n')));
    }));
    if (!rows.length) $('samples').append(el('p', {class: 'quiet'}, 'None.'));
  };
  for (const id of ['sample-task', 'sample-setting', 'only-wrong']) $(id).addEventListener('change', show);
  show();
}
