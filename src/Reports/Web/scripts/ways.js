// The ways of a flow from its fields to its link: one policy at a time.

import { choice } from './dom.js';

/** Gives every drawing of several policies its choice. */
export function startWays() {
  for (const root of document.querySelectorAll('figure[data-ways]')) {
    const ways = [...root.querySelectorAll('[data-way]')];
    const show = (chosen) => ways.forEach((way, index) => { way.hidden = index !== chosen; });
    if (ways.length > 1) {
      root.querySelector('.controls').append(choice('Policy', ways.map((way) => way.dataset.way), show));
      show(0);
    } else {
      root.querySelector('.controls').remove();
    }
  }
}
