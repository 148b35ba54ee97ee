import { rowsOf } from '../../src/exports/demo/demo-rows.ts';
import { businessDay, cells, csv, daysBefore, on, yesterday, type CallCentre } from './support.ts';

/** What the CSV files of the examples must hold: worked out of the generated rows, without SQL. */

const lastStatus = ({ attempts }: CallCentre) =>
  new Map(attempts.map(({ main_id, status }) => [main_id, status]));

/** How many days after its loading a card of a file is closed. */
function closedAfter(fichier: string): number {
  if (/ECHEANCE.*_1MC$/.test(fichier)) return 6;
  if (fichier.includes('FRAIS')) return 7;
  return fichier.includes('ECHEANCE') ? 15 : Infinity;
}

export function closedCards(centre: CallCentre): string {
  const status = lastStatus(centre);
  const closedByHand = new Set([...rowsOf.closed_file(centre.calls)].map(({ fichier }) => fichier));
  const closed = centre.cards.filter(({ called, fichier, datechargment }) => {
    if (called === 'B') return false;
    const days = closedAfter(fichier);
    return closedByHand.has(fichier) || (days < Infinity && datechargment < daysBefore(businessDay, days));
  });
  return csv(
    'main_id main_fichier main_datechargment main_codefinappel main_coderefus main_called main_called_old main_dateappel STATUS'.split(
      ' ',
    ),
    closed.map((card) => [
      ...cells(card, 'id fichier datechargment codefinappel coderefus called called_old dateappel'),
      status.get(card.id),
    ]),
  );
}

/** With every character; what the encoding lacks is the test's to replace. */
export function welcomeCall(centre: CallCentre): string {
  const status = lastStatus(centre);
  const french = (date: string | null) =>
    date?.replace(/^(\d{4})-(\d\d)-(\d\d)/, (_, year, month, day) => `${day}/${month}/${year}`);
  const guarded = (text: string | null) => (text !== null && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
  return csv(
    'ID;FICHIER;SEGMENT;DATE CHARGEMENT;NUMERO CLIENT;NUMERO CARTE;NUMERO DECODEUR;CIVILITE;NOM;PRENOM;ADRESSE;VILLE;PAYS;LANGUE;EMAIL;TELEPHONE 1;TELEPHONE 2;TELEPHONE 3;FORMULE;OPTIONS;DATE ABONNEMENT;DATE ECHEANCE;MONTANT;MODE DE PAIEMENT;DISTRIBUTEUR;CODE FIN APPEL;CODE REFUS;CALLED;CALLED OLD;DATE APPEL;DEBUT;FIN;DUREE;TENTATIVES;AGENT;RAPPEL;SATISFACTION;REMARQUE;STATUS'.split(
      ';',
    ),
    centre.cards
      .filter(on(yesterday))
      .filter(({ fichier }) => fichier.startsWith('CANAL_PA_WELCOME_CALL'))
      .map((card) => [
        card.id,
        card.fichier,
        card.segment,
        french(card.datechargment),
        ...cells(card, 'customer_number card_number decoder_number'),
        ...cells(card, 'title last_name first_name address city country'),
        ...cells(card, 'language email phone1 phone2 phone3 formula extras'),
        french(card.subscribed_on),
        french(card.expires_on),
        card.amount.replace('.', ','),
        ...cells(card, 'payment_mode distributor codefinappel coderefus'),
        ...cells(card, 'called called_old'),
        french(card.dateappel),
        french(card.call_start),
        french(card.call_end),
        card.duration,
        card.attempts,
        card.agent,
        french(card.callback_at),
        card.satisfaction,
        guarded(card.remark),
        status.get(card.id),
      ]),
  );
}

export function africaCalls({ cards }: CallCentre): string {
  const codes = ['CPLUS', 'REFUS', 'CAS PARTICULIER', 'CNADEF', 'CNANONDEF', 'Indisponible'];
  return csv(
    'main_id fichier numero_client telephone pays codefinappel coderefus dateappel duree agent'.split(' '),
    cards
      .filter(on(yesterday))
      .filter(({ fichier }) => fichier.startsWith('CANAL_APPELS_SUR_AFRIQUE'))
      .filter(({ codefinappel }) => codefinappel !== null && codes.includes(codefinappel))
      .map((card) => [
        ...cells(card, 'id fichier customer_number phone1 country'),
        ...cells(card, 'codefinappel coderefus dateappel duration agent'),
      ]),
  );
}

export function barometer({ calls, cards }: CallCentre): string {
  const reached = cards.filter(
    ({ called, dateappel }) =>
      called === 'O' && dateappel! >= daysBefore(businessDay, 15) && dateappel! < businessDay,
  );
  const rows = [...rowsOf.quota(calls)]
    .sort((a, b) => (a.country < b.country ? -1 : 1))
    .flatMap(({ country, wanted }) => {
      const there = reached.filter((card) => card.country === country);
      there.sort((a, b) =>
        a.dateappel === b.dateappel ? a.id - b.id : a.dateappel! < b.dateappel! ? 1 : -1,
      );
      return there
        .slice(0, wanted)
        .map((card, i) => [
          country,
          i + 1,
          wanted,
          there.length,
          ...cells(card, 'id fichier last_name first_name phone1 codefinappel dateappel'),
        ]);
    });
  return csv(
    'pays rang quota appels_du_pays main_id fichier nom prenom telephone codefinappel dateappel'.split(' '),
    rows,
  );
}

export function blockedMachines({ cards, attempts }: CallCentre): string {
  return csv(
    'main_id fichier numero_client telephone_1 telephone_2 telephone_3 pays dateappel tentatives repondeurs'.split(
      ' ',
    ),
    cards
      .filter(on(yesterday))
      .filter(({ called }) => called === 'B')
      .map((card) => [
        ...cells(card, 'id fichier customer_number phone1 phone2 phone3 country'),
        card.dateappel,
        card.attempts,
        attempts.filter(({ main_id, status }) => main_id === card.id && status === 'ANSWERING_MACHINE')
          .length,
      ]),
  );
}
