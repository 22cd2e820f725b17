package synthdoc

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// language is the language of a document: printed terms in the order of the constants
// below, and words for running text.
type language struct {
	terms  []string
	words  []string
	months []string
}

// Printed terms, by index into language.terms.
const (
	termSurname = iota
	termGivenName
	termBorn
	termNationality
	termNumber
	termIssued
	termExpires
	termSignature
	termAddress
	termDate
	termAmount
	termTotal
	termTax
	termInvoice
	termIdentity
	termLicence
	termMember
	termTicket
	termRow
	termSeat
	termQuantity
	termItem
	termPrice
	termCash
	termThanks
	termApplication
	termCertificate
	termAuthority
	termCustomer
	termRemarks
	termPhone
	termPlace
	termClass
	termIngredients
	termRepublic
	termBank
	termDelivery // from here on headlines of a company's other papers
	termReminder
	termOrder
	termCredit
	termOffer
)

func terms(s string) []string { return strings.Split(s, "|") }

var languages = []language{
	{
		terms("Surname|Given names|Date of birth|Nationality|Number|Date of issue|Valid until|Signature|Address|Date|Amount|Total|VAT|Invoice|Identity card|Driving licence|Member|Ticket|Row|Seat|Qty|Description|Price|Cash|Thank you for your visit|Application|Certificate|Authority|Customer|Remarks|Telephone|Place|Category|Ingredients|Republic of|National Bank of|Delivery note|Reminder|Order confirmation|Credit note|Quotation"),
		strings.Fields("the of and to in that this for with shall be from under each any other which has been upon month year office person public service request receipt water paper house river garden number letter given within after before general local common state school council record holder period payment notice terms second first small large early later between where when will their must may such section part article hand work light time order change market village summer winter morning evening field road harbour"),
		terms("Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"),
	}, {
		terms("Name|Vornamen|Geburtsdatum|Nationalität|Nummer|Ausgestellt am|Gültig bis|Unterschrift|Anschrift|Datum|Betrag|Summe|MwSt|Rechnung|Personalausweis|Führerschein|Mitglied|Eintritt|Reihe|Platz|Menge|Bezeichnung|Preis|Bar|Vielen Dank für Ihren Besuch|Antrag|Urkunde|Behörde|Kunde|Bemerkungen|Telefon|Ort|Klasse|Zutaten|Republik|Nationalbank|Lieferschein|Mahnung|Auftragsbestätigung|Gutschrift|Angebot"),
		strings.Fields("der die und in den von zu das mit sich auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über so zum war haben nur oder aber vor zur bis mehr durch man sein wurde Amt Haus Straße Antrag Person Nummer Zeitraum Unterlagen Gebühr Wasser Garten Schule Gemeinde Bescheid Angaben Fluss Winter Abend Licht Arbeit Ordnung"),
		terms("Jan.|Feb.|März|Apr.|Mai|Juni|Juli|Aug.|Sept.|Okt.|Nov.|Dez."),
	}, {
		terms("Nom|Prénoms|Date de naissance|Nationalité|Numéro|Délivré le|Valable jusqu’au|Signature|Adresse|Date|Montant|Total|TVA|Facture|Carte d’identité|Permis de conduire|Membre|Billet|Rang|Place|Qté|Désignation|Prix|Espèces|Merci de votre visite|Demande|Certificat|Autorité|Client|Observations|Téléphone|Lieu|Catégorie|Ingrédients|République de|Banque nationale de|Bon de livraison|Relance|Confirmation de commande|Avoir|Devis"),
		strings.Fields("le de un être et à il avoir ne je son que se qui ce dans en du elle au pour pas sur faire plus dire me on mon lui nous comme mais avec tout aller voir bien où sans tu ou leur homme si deux mari moi vouloir te femme venir quand grand notre jour même temps petit maison service bureau demande rivière jardin école année soir lumière travail ville route période dossier présente article"),
		terms("janv.|févr.|mars|avril|mai|juin|juil.|août|sept.|oct.|nov.|déc."),
	}, {
		terms("Apellidos|Nombre|Fecha de nacimiento|Nacionalidad|Número|Expedición|Válido hasta|Firma|Domicilio|Fecha|Importe|Total|IVA|Factura|Documento de identidad|Permiso de conducción|Socio|Entrada|Fila|Asiento|Cant.|Concepto|Precio|Efectivo|Gracias por su visita|Solicitud|Certificado|Autoridad|Cliente|Observaciones|Teléfono|Lugar|Clase|Ingredientes|República de|Banco Nacional de|Albarán|Reclamación de pago|Pedido|Abono|Presupuesto"),
		strings.Fields("de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin sobre este ya entre cuando todo esta ser son dos también fue había era muy años hasta desde está mi porque qué sólo han yo hay vez puede todos así nos ni parte tiene él uno donde bien tiempo mismo ese ahora cada vida otro después casa río jardín escuela tarde luz trabajo camino"),
		terms("ene|feb|mar|abr|may|jun|jul|ago|sep|oct|nov|dic"),
	}, {
		terms("Cognome|Nome|Data di nascita|Cittadinanza|Numero|Rilasciato il|Scadenza|Firma|Indirizzo|Data|Importo|Totale|IVA|Fattura|Carta d’identità|Patente di guida|Socio|Biglietto|Fila|Posto|Qtà|Descrizione|Prezzo|Contanti|Grazie e arrivederci|Domanda|Attestato|Autorità|Cliente|Note|Telefono|Luogo|Categoria|Ingredienti|Repubblica di|Banca Nazionale di|Bolla di consegna|Sollecito|Conferma d’ordine|Nota di credito|Preventivo"),
		strings.Fields("di e il la che in un a per è una non sono con si del da le dei al alla come anche più ma nel della questo ha lo gli su se o dalla suo ci essere quando dopo ancora tra tutti molto fatto anni senza casa stato tempo due prima dove cosa ogni vita parte mondo giorno fiume giardino scuola sera luce lavoro strada ufficio richiesta mese domanda servizio numero articolo presente periodo"),
		terms("gen|feb|mar|apr|mag|giu|lug|ago|set|ott|nov|dic"),
	}, {
		terms("Фамилия|Имя|Дата рождения|Гражданство|Номер|Дата выдачи|Действителен до|Подпись|Адрес|Дата|Сумма|Итого|НДС|Счёт|Удостоверение личности|Водительское удостоверение|Участник|Билет|Ряд|Место|Кол-во|Наименование|Цена|Наличные|Спасибо за покупку|Заявление|Свидетельство|Орган|Покупатель|Примечания|Телефон|Город|Класс|Состав|Республика|Национальный банк|Накладная|Напоминание|Заказ|Возврат|Предложение"),
		strings.Fields("и в не на я быть он с что а по это она этот к но они мы весь который из у то за свой от со для о так мочь все как год до или если только уже время когда другой сказать наш стать где большой новый первый один два день рука дело дом река сад школа вечер свет работа дорога город договор сторона порядок срок лицо документ настоящий должен может после между под через без при"),
		terms("янв|фев|мар|апр|мая|июн|июл|авг|сен|окт|ноя|дек"),
	}, {
		terms("Επώνυμο|Όνομα|Ημερομηνία γέννησης|Ιθαγένεια|Αριθμός|Έκδοση|Λήξη|Υπογραφή|Διεύθυνση|Ημερομηνία|Ποσό|Σύνολο|ΦΠΑ|Τιμολόγιο|Δελτίο ταυτότητας|Άδεια οδήγησης|Μέλος|Εισιτήριο|Σειρά|Θέση|Τεμ.|Περιγραφή|Τιμή|Μετρητά|Ευχαριστούμε|Αίτηση|Πιστοποιητικό|Αρχή|Πελάτης|Σημειώσεις|Τηλέφωνο|Τόπος|Κατηγορία|Συστατικά|Δημοκρατία|Εθνική Τράπεζα|Δελτίο αποστολής|Υπενθύμιση|Παραγγελία|Πιστωτικό|Προσφορά"),
		strings.Fields("και το να του η της με που την από για είναι στο θα τα σε τον οι στην των τους δεν μια ένα αυτό ή έχει κατά μου ότι όταν πολύ όπως μετά χρόνια σπίτι νερό κήπος σχολείο βράδυ φως δρόμος πόλη υπηρεσία αριθμός άρθρο μέρος πρέπει κάθε πριν μεταξύ πρώτο μεγάλο μικρό ποτάμι έργο"),
		terms("Ιαν|Φεβ|Μαρ|Απρ|Μαϊ|Ιουν|Ιουλ|Αυγ|Σεπ|Οκτ|Νοε|Δεκ"),
	},
}

// syllables returns those of which invented names are composed, in the language's script.
func (l *language) syllables() (starts, middles, ends []string) {
	switch first, _ := utf8.DecodeRuneInString(l.terms[termTotal]); {
	case unicode.Is(unicode.Cyrillic, first):
		return strings.Fields("Вер Лу Мар Тел Сор Ник Бел Зар Гор Ал Рив Кос"), strings.Fields("а и о ем ан ол ир ав"), strings.Fields("нов рин ский лев дин ева нец рова")
	case unicode.Is(unicode.Greek, first):
		return strings.Fields("Βελ Μαρ Θαλ Νικ Λευ Καρ Σορ Δελ Αρ Πετ"), strings.Fields("α ι ο εν αν ολ ιρ"), strings.Fields("νος ρίδης λου κης δας νη ρία")
	}
	return strings.Fields("Bel Mar Tor Ven Lor Kas Dun Hal Sel Ori Fen Wil Nor Ras Tav Cor Els Jun Mir Pel Quin Sar Ul Yor Zel Bran"),
		strings.Fields("a e i o en an ol ir av el ur im"), strings.Fields("ton nick dale mann ra via lund rini quet sen ard well ora stein ley vik mar ez")
}

// name invents a proper name.
func (l *language) name(r rng) string {
	starts, middles, ends := l.syllables()
	s := pick(r, starts...)
	if r.chance(0.45) {
		s += pick(r, middles...)
	}
	return s + pick(r, ends...)
}

// sentence returns n running words with capitals and stops.
func (l *language) sentence(r rng, n int) []string {
	out := make([]string, n)
	start, left := true, 0
	for i := range out {
		if left == 0 {
			left = r.upTo(6, 16)
		}
		w := pick(r, l.words...)
		if start {
			w = capital(w)
		}
		left--
		start = left == 0 || i == n-1
		switch {
		case start:
			w += "."
		case r.chance(0.08):
			w += ","
		}
		out[i] = w
	}
	return out
}

// phrase returns n words as one string, the first one capital.
func (l *language) phrase(r rng, n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = pick(r, l.words...)
	}
	return capital(strings.Join(out, " "))
}

func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// digits replaces every # by a digit and every @ by a capital letter.
func digits(r rng, pattern string) string {
	out := []byte(pattern)
	for i, c := range out {
		switch c {
		case '#':
			out[i] = byte('0' + r.IntN(10))
		case '@':
			out[i] = "ABCDEFGHJKLMNPRSTUVWXYZ"[r.IntN(23)]
		}
	}
	return string(out)
}

// amount returns a price between lo and hi; low prices are more frequent.
func amount(r rng, lo, hi float32) float32 { return lo + (hi-lo)*r.Float32()*r.Float32() }

// cents writes an amount with two decimals.
func cents(v float32) string { return fmt.Sprintf("%.2f", v) }

// date returns a date in the notation how, one of four.
func (l *language) date(r rng, fromYear, toYear, how int) string {
	y, m, d := r.upTo(fromYear, toYear), r.upTo(1, 12), r.upTo(1, 28)
	switch how % 4 {
	case 0:
		return fmt.Sprintf("%02d.%02d.%d", d, m, y)
	case 1:
		return fmt.Sprintf("%02d/%02d/%d", d, m, y)
	case 2:
		return fmt.Sprintf("%d %s %d", d, l.months[m-1], y)
	}
	return fmt.Sprintf("%d-%02d-%02d", y, m, d)
}
