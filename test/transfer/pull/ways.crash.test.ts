import { pullsInWays } from './ways.ts';

pullsInWays({
  products: ['vsftpd', 'proftpd'],
  tls: ['explicit', 'implicit'],
  proxies: ['http', 'socks5'],
});
