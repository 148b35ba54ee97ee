import { removeInstalled } from './package.ts';

/** Removes what the tests of the packed program shared. */
export const teardown = (): Promise<void> => removeInstalled();
