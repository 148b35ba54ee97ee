import { pullsInWays } from './ways.ts';

/** A server and a proxy of the kinds that are met most; all others in `ways.crash.test.ts`. */
pullsInWays({ products: ['vsftpd'], tls: ['explicit'], proxies: ['http'] });
