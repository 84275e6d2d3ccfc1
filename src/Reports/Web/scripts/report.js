// What a report does once it is open. Without this script it is all there, in tables.

import { startCharts, setOnPaper } from './charts.js';
import { startTables } from './tables.js';
import { startTheme, setPrinting } from './theme.js';
import { startTopology } from './topology.js';
import { startCopying } from './copying.js';
import { startWays } from './ways.js';

document.documentElement.classList.add('scripted');
startTheme();
startTables();
startTopology();
startWays();
startCharts();
startCopying();

window.addEventListener('beforeprint', () => {
  setPrinting(true);
  setOnPaper(true);
});
window.addEventListener('afterprint', () => {
  setPrinting(false);
  setOnPaper(false);
});
