import { WebSocket } from 'ws';
import { median } from '../median.js';
import { BenchServer } from '../signalling/bench-process.js';
import { printTable } from '../table.js';
