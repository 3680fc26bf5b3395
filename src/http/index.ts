export { apiRoutes, type Acted } from './api.js';
export { Live } from './live.js';
export { Past } from './history-sources.js';
export type { SocketFile } from './listener.js';
export { HttpServer, type Route } from './server.js';
export { staticRoutes, type StaticFile } from './static-files.js';
export { probeRoutes } from './probe-routes.js';
