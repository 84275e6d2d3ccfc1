// A button that copies what is meant to be copied.

import { element } from './dom.js';

function copy(text) {
  const box = element('textarea', { class: 'aside', 'aria-hidden': 'true', tabindex: '-1' });
  box.value = text;
  document.body.append(box);
  box.select();

  // A file that was opened from a disk may not use the newer way.
  const done = document.execCommand('copy');
  box.remove();
  return done;
}

/** Puts a button at every verbatim text. */
export function startCopying() {
  for (const block of document.querySelectorAll('.verbatim')) {
    const button = element('button', { type: 'button', class: 'copy' }, 'Copy');
    button.addEventListener('click', () => {
      button.textContent = copy(block.querySelector('code').textContent) ? 'Copied' : 'Select the text to copy it';
      button.focus();
      setTimeout(() => { button.textContent = 'Copy'; }, 2000);
    });
    block.prepend(button);
  }
}
