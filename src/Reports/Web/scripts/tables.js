// Sorting: a click or a key on a column's head sorts by it; numbers from the most, text from A; once more turns round.

import { element } from './dom.js';

function keyOf(cell) {
  return cell.dataset.value === undefined ? null : Number(cell.dataset.value);
}

function compare(a, b, isNumber) {
  if (!isNumber) return a.textContent.localeCompare(b.textContent, 'en', { numeric: true });
  const [x, y] = [keyOf(a), keyOf(b)];
  return x - y;
}

function sortBy(table, column, head, isNumber) {
  const before = head.getAttribute('aria-sort');
  const descending = before ? before === 'ascending' : isNumber;
  for (const other of head.parentElement.children) other.removeAttribute('aria-sort');
  head.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const isEmpty = (row) => isNumber && keyOf(row.cells[column]) === null;
  rows.sort((a, b) => {
    // What has no number stands last either way.
    if (isEmpty(a) || isEmpty(b)) return Number(isEmpty(a)) - Number(isEmpty(b));
    return compare(a.cells[column], b.cells[column], isNumber) * (descending ? -1 : 1);
  });
  body.append(...rows);
}

/** Makes every table sort. */
export function startTables() {
  for (const table of document.querySelectorAll('table[data-sort]')) {
    if (table.tBodies[0].rows.length < 2) continue;
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const isNumber = head.classList.contains('number');
      const button = element('button', { type: 'button', class: 'sort', onclick: () => sortBy(table, column, head, isNumber) });
      button.append(...head.childNodes);
      head.append(button);
    });
  }
}
