export { HttpServer, isLoopback, sendJson, type HttpRequest, type Route } from './server.js';
export { watchingRoutes } from './watching.js';
