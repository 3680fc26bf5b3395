export { HttpServer, type Route } from './server.js';
export { watchingRoutes } from './watching.js';
