// Light and dark: as the system has it, or as one chooses. Colours live in the style sheet; scripts ask for them here.

const choice = () => document.getElementById('theme');
const dark = window.matchMedia('(prefers-color-scheme: dark)');
const listeners = [];
let isPrinting = false;

/** The value of a colour of the style sheet. */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Calls back whenever the colours have changed. */
export function onThemeChange(listener) {
  listeners.push(listener);
}

function apply() {
  const chosen = isPrinting ? 'light' : choice()?.value ?? 'system';
  document.documentElement.dataset.theme = chosen === 'system' ? (dark.matches ? 'dark' : 'light') : chosen;
  listeners.forEach((listener) => listener());
}

/** Shows the choice and follows it. Paper is always light. */
export function startTheme() {
  const select = choice();
  select.parentElement.hidden = false;
  select.addEventListener('change', apply);
  dark.addEventListener('change', apply);
  apply();
}

/** Light for paper, and back. */
export function setPrinting(printing) {
  if (isPrinting !== printing) {
    isPrinting = printing;
    apply();
  }
}
