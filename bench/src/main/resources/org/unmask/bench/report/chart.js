'use strict';
// A line chart of score (0 to 100) over tokens per step (logarithmic), as inline SVG.
const SVG = 'http://www.w3.org/2000/svg';

function svg(name, attributes, parent) {
  const node = document.createElementNS(SVG, name);
  for (const key in attributes) node.setAttribute(key, attributes[key]);
  if (parent) parent.appendChild(node);
  return node;
}

const SHAPES = [ // marker outlines of radius r around the origin; shape backs up colour
  r => `M${-r},0a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0`,
  r => `M${-r * .9},${-r * .9}h${1.8 * r}v${1.8 * r}h${-1.8 * r}z`,
  r => `M0,${-1.2 * r}L${1.15 * r},${.9 * r}H${-1.15 * r}z`,
  r => `M0,${-1.3 * r}L${1.3 * r},0L0,${1.3 * r}L${-1.3 * r},0z`,
];

// options: width, height, curves [{colour, shape, dash, points: [{x, y, ...}]}], mini, maxX
function drawChart(options) {
  const {width, height, curves, mini, maxX} = options;
  const pad = mini ? {l: 2, r: 4, t: 5, b: 4} : {l: 44, r: 14, t: 14, b: 44};
  const root = svg('svg', {viewBox: `0 0 ${width} ${height}`, role: mini ? 'presentation' : 'group'});
  if (!mini) root.setAttribute('aria-label', options.label);
  const top = Math.log2(Math.max(2, maxX));
  const px = x => pad.l + (width - pad.l - pad.r) * Math.log2(Math.max(1, x)) / top;
  const py = y => pad.t + (height - pad.t - pad.b) * (1 - y / 100);
  for (let y = 0; y <= 100; y += mini ? 50 : 20) {
    svg('line', {x1: pad.l, x2: width - pad.r, y1: py(y), y2: py(y), class: y ? 'gridline' : 'gridline base'}, root);
    if (!mini) svg('text', {x: pad.l - 9, y: py(y) + 4, 'text-anchor': 'end'}, root).textContent = y;
  }
  if (!mini) {
    for (let x = 1; x <= maxX * 1.001; x *= 2) {
      svg('line', {x1: px(x), x2: px(x), y1: pad.t, y2: height - pad.b, class: 'gridline'}, root);
      svg('text', {x: px(x), y: height - pad.b + 18, 'text-anchor': 'middle'}, root).textContent = x;
    }
    svg('text', {x: (pad.l + width - pad.r) / 2, y: height - 6, 'text-anchor': 'middle', class: 'axis-title'}, root)
      .textContent = 'tokens per step';
    svg('text', {x: 12, y: pad.t + (height - pad.t - pad.b) / 2, 'text-anchor': 'middle', class: 'axis-title',
      transform: `rotate(-90 12 ${pad.t + (height - pad.t - pad.b) / 2})`}, root).textContent = 'score';
  }
  const marks = [];
  for (const curve of curves) {
    const path = curve.points.map((p, i) => `${i ? 'L' : 'M'}${px(p.x).toFixed(1)},${py(p.y).toFixed(1)}`).join('');
    svg('path', {d: path, class: `curve ${curve.style || ''}`, stroke: curve.colour, 'stroke-dasharray': curve.dash || 'none'}, root);
  }
  if (!mini) {
    for (const curve of curves) {
      for (const point of curve.points) {
        const mark = svg('path', {d: SHAPES[curve.shape % SHAPES.length](5.2), class: 'mark', fill: curve.colour,
          transform: `translate(${px(point.x).toFixed(1)},${py(point.y).toFixed(1)})`, tabindex: '-1', role: 'img',
          'aria-label': options.describe(curve, point).join(', ')}, root);
        marks.push({mark, curve, point, cx: px(point.x), cy: py(point.y)});
      }
    }
    if (marks.length) watch(root, marks, width, options);
  }
  return root;
}

// Mouse, touch and keyboard all lead to the same thing: one point is shown in the tip.
function watch(root, marks, width, options) {
  let at = null;
  const show = next => {
    if (at) at.mark.classList.remove('on');
    at = next;
    if (!at) return options.tip(null);
    at.mark.classList.add('on');
    options.tip(at.mark.getBoundingClientRect(), options.describe(at.curve, at.point));
  };
  const nearest = event => {
    const box = root.getBoundingClientRect(), scale = width / box.width;
    const x = (event.clientX - box.left) * scale, y = (event.clientY - box.top) * scale;
    let best = null, least = 44 * 44;
    for (const m of marks) {
      const d = (m.cx - x) ** 2 + (m.cy - y) ** 2;
      if (d < least) { least = d; best = m; }
    }
    return best;
  };
  root.addEventListener('pointermove', e => { const n = nearest(e); if (n !== at) show(n); });
  root.addEventListener('pointerdown', e => show(nearest(e)));
  root.addEventListener('pointerleave', () => show(null));
  marks[0].mark.setAttribute('tabindex', '0');
  marks.forEach((m, i) => {
    m.mark.addEventListener('focus', () => show(m));
    m.mark.addEventListener('blur', () => show(null));
    m.mark.addEventListener('keydown', e => {
      let j = -1;
      if (e.key === 'ArrowRight') j = Math.min(i + 1, marks.length - 1);
      if (e.key === 'ArrowLeft') j = Math.max(i - 1, 0);
      if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
        const step = e.key === 'ArrowDown' ? 1 : -1;
        for (let k = i + step; k >= 0 && k < marks.length; k += step) {
          if (marks[k].curve !== m.curve) { j = k; break; }
        }
      }
      if (e.key === 'Home') j = 0;
      if (e.key === 'End') j = marks.length - 1;
      if (j < 0) return;
      e.preventDefault();
      m.mark.setAttribute('tabindex', '-1');
      marks[j].mark.setAttribute('tabindex', '0');
      marks[j].mark.focus();
    });
  });
}
