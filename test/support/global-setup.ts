import { serveShared } from './shared/serve.ts';

/** Lets test files ask for the servers that they share; none starts before one does. */
export default serveShared;
