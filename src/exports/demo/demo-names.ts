import type { Random } from '../../sampling/random.ts';

/** Whether a card was called: called; called and reached nobody; answering machine, blocked; already re-subscribed; new. */
export type Called = 'O' | 'X' | 'B' | 'D' | 'N';

/** What the dialler says of an attempt. */
export type Status = 'ANSWERED' | 'NO_ANSWER' | 'BUSY' | 'ANSWERING_MACHINE' | 'WRONG_NUMBER';

/** Entries with how often they come. */
export type Weighted<T> = readonly (readonly [entry: T, weight: number])[];

/** End codes of a call that was answered; `RAPPEL` is none of the six that are reported. */
export const answeredCodes: Weighted<string> = [
  ['CPLUS', 34],
  ['REFUS', 30],
  ['CAS PARTICULIER', 8],
  ['Indisponible', 12],
  ['CNANONDEF', 8],
  ['RAPPEL', 8],
];

export const refusalCodes: Weighted<string> = [
  ['PRIX', 45],
  ['PROGRAMMES', 20],
  ['CONCURRENCE', 15],
  ['DEMENAGEMENT', 10],
  ['AUTRE', 10],
];

/** What comes of an attempt; and of one to a phone behind which there is a machine. */
export const statuses: Weighted<Status> = [
  ['ANSWERED', 40],
  ['NO_ANSWER', 36],
  ['BUSY', 14],
  ['ANSWERING_MACHINE', 5],
  ['WRONG_NUMBER', 5],
];
export const machineStatuses: Weighted<Status> = [
  ['ANSWERING_MACHINE', 80],
  ['NO_ANSWER', 20],
];

/** A kind of client files: the beginning and the end of their names. */
export type FileKind = readonly [prefix: string, suffix: string];

export const frais: FileKind = ['CANAL_FRAIS', ''];
export const africa: FileKind = ['CANAL_APPELS_SUR_AFRIQUE', ''];

export const fileKinds: Weighted<FileKind> = [
  [['CANAL_ECHEANCE', '_1MC'], 18],
  [['CANAL_ECHEANCE', '_3MC'], 20],
  [frais, 18],
  [['CANAL_PA_WELCOME_CALL', ''], 22],
  [africa, 22],
];

export interface Country {
  code: string;
  dialling: string;
  cities: readonly string[];
  /** Cards that the quality barometer wants of it: 333 in all. */
  quota: number;
}

/** Countries with the weight of their customers. */
export const countries: Weighted<Country> = [
  [{ code: 'SN', dialling: '221', cities: ['Dakar', 'Thiès', 'Saint-Louis'], quota: 83 }, 25],
  [{ code: 'CI', dialling: '225', cities: ['Abidjan', 'Bouaké', 'Yamoussoukro'], quota: 80 }, 24],
  [{ code: 'CM', dialling: '237', cities: ['Douala', 'Yaoundé', 'Garoua'], quota: 50 }, 15],
  [{ code: 'GA', dialling: '241', cities: ['Libreville', 'Port-Gentil'], quota: 30 }, 9],
  [{ code: 'ML', dialling: '223', cities: ['Bamako', 'Ségou'], quota: 27 }, 8],
  [{ code: 'BF', dialling: '226', cities: ['Ouagadougou', 'Bobo-Dioulasso'], quota: 23 }, 7],
  [{ code: 'BJ', dialling: '229', cities: ['Cotonou', "N'Dali"], quota: 20 }, 6],
  [{ code: 'TG', dialling: '228', cities: ['Lomé', 'Sokodé'], quota: 20 }, 6],
];

export const firstNames: readonly string[] =
  'Aminata Moussa Fatou Ousmane Aïssatou Ibrahima Mariama Cheikh Ndèye Koffi Adjoua Yao Chantal Serge Hervé Brigitte Estelle Thérèse Ŋoor'.split(
    ' ',
  );
export const lastNames: readonly string[] =
  "Diop Ndiaye Fall Sarr Koné Traoré Ouattara Kouassi N'Guessan Mbarga Eto'o Nkoulou Obame Ondo Sawadogo Ouédraogo Hounkpatin Lawson".split(
    ' ',
  );

/** What callers write down; some of it would be taken for quotes, cells or formulas by whoever reads a file carelessly. */
export const remarks: readonly string[] = [
  'rappeler après 18 h',
  'dit "plus tard"; pas le lundi',
  '=> décodeur en panne',
  '-50 % demandé',
  '+221 appelé, numéro changé',
  '@bureau le matin',
  'absent jusqu’au 15',
  'première ligne\nseconde ligne',
];

/** Draws one of `entries`, each as likely as its weight. */
export function draw<T>(random: Random, entries: Weighted<T>): T {
  let left = random() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [entry, weight] of entries) {
    left -= weight;
    if (left < 0) return entry;
  }
  return entries.at(-1)![0];
}

/** Draws one of `entries`, all alike. */
export function oneOf<T>(random: Random, entries: readonly T[]): T {
  return entries[Math.floor(random() * entries.length)]!;
}

/** So many digits, the first ones perhaps zeros. */
export function digits(random: Random, length: number): string {
  return String(Math.floor(random() * 10 ** length)).padStart(length, '0');
}
