// What others published: lines beside the measured ones, and a table. Never part of a figure of this run.
function publishedCurves() {
  return data.references.flatMap(s => s.curves.map(c => ({...c, source: s.source, version: s.version, note: s.note})))
    .filter(c => data.tasks.some(t => c.tasks[t.id]));
}

// The points [tokens per step, score] of a published curve for a task, or for the average where it has all tasks of this run.
function publishedPoints(curve, task) {
  const columns = (task === null ? data.tasks.map(t => t.id) : [task]).map(id => curve.tasks[id]);
  if (columns.some(c => !c || c.length !== columns[0].length)) return [];
  return columns[0].map((_, i) => [0, 1].map(d => columns.reduce((sum, c) => sum + c[i][d], 0) / columns.length))
    .filter((_, i) => columns.every(c => c[i][0] !== null));
}

function publishedSection() {
  const curves = publishedCurves();
  const pb = data.references.filter(s => s.pb).flatMap(s => s.pb.map(([model, method, ...at]) => ({s, name: `${model} ${method}`, at})));
  if (!curves.length && !pb.length) return;
  $('published-section').hidden = false;
  const head = (...names) => el('thead', {}, el('tr', {}, ...names.map((n, i) => el('th', {scope: 'col', class: i < 2 ? 'left' : ''}, n))));
  const row = (name, s, cells) => el('tr', {}, el('th', {scope: 'row'}, name), el('td', {class: 'left'}, `${s.source} (${s.version})`),
    ...cells.map(c => el('td', {}, c)));
  const span = points => !points ? '–' : [...new Set([points[0], points.at(-1)].map(p => number(p[1], 0)))].join(' → ');
  $('published-tasks').replaceChildren(head('Model and method', 'Source', ...data.tasks.map(t => t.name)),
    el('tbody', {}, ...curves.map(c => row(c.name, c, data.tasks.map(t => span(c.tasks[t.id]))))));
  const levels = data.references.find(s => s.pb)?.pb_levels ?? [];
  $('published-pb').replaceChildren(head('Model and method', 'Source', ...levels.map(x => `PB${x}`)),
    el('tbody', {}, ...pb.map(r => row(r.name, r.s, r.at.map(v => number(v, 2))))));
  $('published-notes').textContent = [...new Set(data.references.map(s => `${s.source}: ${s.note}.`))].join(' ');
}
