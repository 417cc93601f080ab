import type { Words } from '../en/index.js';

export const media: Words['media'] = {
  connecting: 'Verbindet …',
  listening: 'Hört zu',
  listeningOnly: 'Sie hören nur zu',
  noConnection: 'Keine Verbindung',
  notSent: 'Nicht gesendet',
  notSentYet: 'Nicht gesendet. Neuer Versuch …',
  tryNow: 'Jetzt versuchen',
  trouble: 'Ton und Bild kommen durch dieses Netz nicht durch',
  troubleServer: 'Der Medienserver ist nicht erreichbar',
  whatToCheck: 'Was Sie prüfen können',
  tryAgain: 'Erneut versuchen',
  checkServer:
    'Ihr Netz ist vielleicht in Ordnung: Der Raumserver erreicht den Server für Ton und Bild nicht. Er versucht es von selbst wieder. Wenn es andauert, sagen Sie es den Betreibern.',
  checkOtherNetwork: 'Versuchen Sie ein anderes Netz, etwa das Ihres Telefons, oder schalten Sie ein VPN aus.',
  checkFirewall: 'Vielleicht sperrt eine Firewall UDP. Bitten Sie die Verwaltung Ihres Netzes, es durchzulassen.',
  checkNoRelay:
    'Dieser Server hat kein Relais (TURN-Server) für Netze, die UDP sperren. Die Betreiber können eines einrichten.',
  checkRelayRefused:
    'Das Relais (der TURN-Server) dieses Servers weist uns ab. Die Betreiber sollten sein Geheimnis und seine Uhr prüfen.',
};
