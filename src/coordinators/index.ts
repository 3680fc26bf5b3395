export { alone } from './alone.js';
