// Heat maps: a cell for each point, its colour by the logarithm of its value.

import { element, svg } from './dom.js';
import { figure } from './figures.js';
import { colour } from './theme.js';

const steps = 7;

/** From the least to the greatest value. */
function span({ z }) {
  return [z.reduce((least, v) => Math.min(least, v), Infinity), z.reduce((most, v) => Math.max(most, v), 0)];
}

function stepOf(value, [least, most]) {
  if (most <= least) return steps - 1;
  return Math.min(steps - 1, Math.floor((Math.log(value / least) / Math.log(most / least)) * steps));
}

/** What the colours mean. */
export function heatKey(series) {
  if (!series.z.length) return '';
  const [least, most] = span(series);
  const cells = Array.from({ length: steps }, (_, i) => svg('rect', { x: i * 20, y: 0, width: 20, height: 12, class: `scale-${i}` }));
  return element('span', { class: 'scale' }, figure(least, 'rate'),
    svg('svg', { viewBox: '0 0 140 12', width: 140, height: 12, 'aria-hidden': 'true' }, ...cells), figure(most, 'rate'));
}

/** What the charting library draws: rectangles. */
export function heatOf(series) {
  const range = span(series);
  const colours = Array.from({ length: steps }, (_, i) => colour(`use-${i}`));
  return {
    type: 'custom',
    name: series.name,
    z: 3,
    data: series.x.map((x, i) => [x, series.y[i], series.z[i]]),
    encode: { x: 0, y: 1 },
    clip: true,
    renderItem: (_, api) => {
      const [x, y, value] = [api.value(0), api.value(1), api.value(2)];
      const [left, top] = api.coord([x - series.width / 2, y + 1]);
      const [right, bottom] = api.coord([x + series.width / 2, y]);

      // A line of paper between rows; none between columns, which may be narrow.
      return {
        type: 'rect',
        shape: { x: left, y: top, width: Math.max(1, right - left + 0.3), height: Math.max(1, bottom - top - 0.5) },
        style: { fill: colours[stepOf(value, range)] },
      };
    },
  };
}
