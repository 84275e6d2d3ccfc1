// The drawing of a network: a choice of technique changes width, colour and label of each link.

import { choice } from './dom.js';
import { figure } from './figures.js';

const widthMin = 1.5;
const widthSpan = 6;
const steps = 7;

function paint(line, use) {
  const known = use !== null && use !== undefined;
  line.setAttribute('class', known ? `wire use-${Math.min(steps - 1, Math.floor(use * steps))}` : 'wire unmeasured');
  line.setAttribute('stroke-width', known ? (widthMin + widthSpan * Math.min(1, use)).toFixed(2) : widthMin);
}

/** Gives every drawing its choice. */
export function startTopology() {
  for (const root of document.querySelectorAll('figure[data-topology]')) {
    const { techniques, forth, back } = JSON.parse(document.getElementById(root.dataset.topology).textContent);
    const show = (technique) => {
      for (const wire of root.querySelectorAll('[data-wire]')) {
        const index = Number(wire.dataset.wire);
        const [there, here] = [forth[technique][index], back[technique][index]];
        if (there === null) continue;
        paint(wire.querySelector('line'), Math.max(there, here));
        wire.querySelector('title').textContent = `${wire.dataset.name}: ${figure(there, 'percent')} forth, ${figure(here, 'percent')} back`;
        const label = wire.querySelector('text');
        if (label) label.textContent = `${Math.round(100 * Math.max(there, here))} %`;
      }
    };
    if (techniques.length > 1) {
      root.querySelector('.drawn-for').hidden = true;
      root.querySelector('.controls').prepend(choice('Technique', techniques, show));
    }
  }
}
