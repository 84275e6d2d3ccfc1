// Elements from names, attributes and children. Text is text: nothing from data is ever read as HTML.

const svgSpace = 'http://www.w3.org/2000/svg';

function fill(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children);
  return made;
}

export function element(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(svgSpace, tag), attributes, children);
}

/** A native select with a label; calls back with the index chosen. */
export function choice(label, names, onChoose) {
  const select = element('select', { onchange: () => onChoose(select.selectedIndex) });
  select.append(...names.map((name, index) => element('option', { value: index }, name)));
  return element('label', { class: 'choice' }, `${label} `, select);
}
