/** What a loader takes its work folder for: of two tasks set up, by mistake, on one folder the second would take the first one's claims for those of a dead run. */
export const LOADING = 'weather.work';
