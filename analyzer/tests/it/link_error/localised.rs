//! GNU ld in other languages. The sentences are those of the catalogues of binutils 2.40, with our names in them.

use super::shown;

/// What does not fit, what lies outside, by how much; blank where the catalogue has no such sentence.
const SENTENCES: [(&str, &str, &str, &str); 16] = [
    (
        "bg",
        "a.elf раздел '.text' не се побира в област 'FLASH'",
        "адрес 0x1 от a.elf, раздел '.ccm', не е в област 'CCM'",
        "областта 'FLASH' е препълнена с 440 байта",
    ),
    (
        "es",
        "la sección a.elf `.text' no cabe en la región `FLASH'",
        "la dirección 0x1 de la sección a.elf .ccm no está dentro de la región `CCM'",
        "la región `FLASH' se desborda por 440 bytes",
    ),
    (
        "fr",
        "a.elf la section «.text» ne va pas s'adapter à la région «FLASH»",
        "l'adresse 0x1 de a.elf de la section «.ccm» n'est pas dans la région «CCM»",
        "la région «\u{a0}FLASH\u{a0}» est débordée de 440 octets",
    ),
    (
        "ga",
        "a.elf rannán `.text' rómhór le cur isteach i réigiún `FLASH'",
        "níl seoladh 0x1 de a.elf rannán `.ccm' laistigh de réigiún `CCM'",
        "réigiún `FLASH', 440 beart thar maoil",
    ),
    (
        "id",
        "a.elf daerah `.text' tidak akan memenuhi dalam daerah `FLASH'",
        "alamat 0x1 dari a.elf daerah `.ccm' tidak dalam daerah `CCM'",
        "daerah `FLASH' overflowed dengan 440 bytes",
    ),
    (
        "it",
        "la sezione a.elf \".text\" non si adatterà alla regione \"FLASH\"",
        "l'indirizzo 0x1 della sezione a.elf \".ccm\" non è dentro la regione \"CCM\"",
        "overflow della regione \"FLASH\" pari a 440 byte",
    ),
    (
        "ja",
        "a.elf セクション `.text' は領域 `FLASH' 内に入りません",
        "アドレス 0x1  (a.elf セクション `.ccm') の領域が `CCM' の範囲内にありません",
        "領域 `FLASH' が 440 バイト溢れました",
    ),
    (
        "pt_BR",
        "a seção a.elf \".text\" não vai caber na região \"FLASH\"",
        "endereço 0x1 de seção a.elf \".ccm\" não está dentro da região \"CCM\"",
        "a região \"FLASH\" estourou por 440 bytes",
    ),
    (
        "ru",
        "a.elf раздела «.text» не попадёт в область «FLASH»",
        "адрес 0x1 из a.elf раздела «.ccm» вне области «CCM»",
        "область «FLASH» выходит за границы на 440 байт",
    ),
    (
        "sr",
        "a.elf одељак „.text“ неће стати у област „FLASH“",
        "адреса 0x1 a.elf одељка „.ccm“ није унутар области „CCM“",
        "област „FLASH“ је препуњена са 440 бајтова",
    ),
    ("tr", "a.elf bölüm `.text', `FLASH' bölümüne sığmayacak", "", "alan `FLASH' 440 bayt taştı"),
    (
        "uk",
        "розділ a.elf «.text» не вміститься у ділянці «FLASH»",
        "адреса 0x1 розділу a.elf «.ccm» не лежить у ділянці «CCM»",
        "ділянку «FLASH» переповнено на 440 байтів",
    ),
    (
        "vi",
        "a.elf phần “.text” quá lớn so với vùng “FLASH”",
        "địa chỉ 0x1 cửa a.elf phần “.ccm” không nằm trong vùng “CCM”",
        "vùng “FLASH” bị 440 byte tràn",
    ),
    (
        "zh_CN",
        "a.elf 节 .text 将无法适合区域 FLASH",
        "地址 0x1 于 a.elf 节 .ccm 不在区域 CCM 之内",
        "区域 FLASH 溢出了 440 字节",
    ),
    (
        "zh_TW",
        "a.elf 區段 .text 將無法適合區域 FLASH",
        "位址 0x1 於 a.elf 區段 .ccm 不在區域 CCM 之內",
        "區域 FLASH 溢位了 440 位元組",
    ),
    // No catalogue yet; what the words would be.
    (
        "de",
        "a.elf Abschnitt ».text« passt nicht in den Bereich »FLASH«",
        "Adresse 0x1 von a.elf Abschnitt ».ccm« ist nicht im Bereich »CCM«",
        "Bereich `FLASH' ist um 440 Bytes übergelaufen",
    ),
];

#[test]
fn the_translated_sentence_has_the_figure_and_the_names() {
    for (language, too_big, outside, overflowed) in SENTENCES {
        for program in
            ["arm-none-eabi-ld:", "/opt/arm/bin/ld:", "c:/arm/bin/ld.exe:", "/usr/bin/avr-ld\u{a0}:"]
        {
            assert_eq!(shown(&format!("{program} {overflowed}")), "FLASH 440 []\n", "{language}");
            assert_eq!(shown(&format!("{program} {too_big}")), "FLASH ? [.text]\n", "{language}");
            let log =
                format!("{program} {too_big}\n{program} {outside}\n{program} {overflowed}\ncollect2: error");
            let ccm = if outside.is_empty() { "" } else { "CCM ? [.ccm]\n" };
            assert_eq!(shown(&log), format!("FLASH 440 [.text]\n{ccm}"), "{language}");
        }
    }
}

#[test]
fn other_words_of_the_linker_are_passed_over() {
    for line in [
        "ld: warning: memory region `FLASH' not declared",
        "ld: a.o: in function `main': a.c:(.text+0x4): value of `.rodata' is unbalanced in `f'",
        "ld: section .data LMA [00000000,00000003] overlaps section .text LMA [00000000,00000007]",
        "ld: a.elf: Warnung: 440 Bytes",
        "Bereich `FLASH' ist um 440 Bytes zu klein",
        "ld: cannot find -lregion: No such file",
    ] {
        assert_eq!(shown(line), "", "{line}");
    }
}
