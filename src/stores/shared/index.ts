export type { Retention } from '../state-options.js';
export { BoardTrouble, reasonOf, type Board } from './board.js';
export { HistoryMirror } from './history-mirror.js';
export { Mailbox, type MailReply } from './mailbox.js';
export { openBoard } from './open-board.js';
export { Presence, type Peer } from './presence.js';
export { Standby, type Term } from './standby.js';
