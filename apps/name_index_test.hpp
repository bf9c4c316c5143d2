// name_index_test: small indices, for the tests of what uses them.
#pragma once

#include <string>
#include <string_view>

#include "name_index.hpp"
#include "name_indexer.hpp"

namespace pirn::apps {

/// Lines as UnicodeData.txt has them.
inline constexpr std::string_view some_unicode_data =
    "0000;<control>;Cc;0;BN;;;;;N;NULL;;;;\n"
    "0020;SPACE;Zs;0;WS;;;;;N;;;;;\n"
    "0031;DIGIT ONE;Nd;0;EN;;1;1;1;N;;;;;\n"
    "0041;LATIN CAPITAL LETTER A;Lu;0;L;;;;;N;;;;0061;\n"
    "00A0;NO-BREAK SPACE;Zs;0;CS;<noBreak> 0020;;;;N;NON-BREAKING SPACE;;;;\n"
    "00BD;VULGAR FRACTION ONE HALF;No;0;ON;<fraction> 0031 2044 0032;;;1/2;N;;;;;\n"
    "00E9;LATIN SMALL LETTER E WITH ACUTE;Ll;0;L;0065 0301;;;;N;;;00C9;;00C9\n"
    "017F;LATIN SMALL LETTER LONG S;Ll;0;L;<compat> 0073;;;;N;;;0053;;0053\n"
    "200B;ZERO WIDTH SPACE;Cf;0;BN;;;;;N;;;;;\n"
    "2654;WHITE CHESS KING;So;0;ON;;;;;N;;;;;\n"
    "2656;WHITE CHESS ROOK;So;0;ON;;;;;N;;;;;\n"
    "2657;WHITE CHESS BISHOP;So;0;ON;;;;;N;;;;;\n"
    "265A;BLACK CHESS KING;So;0;ON;;;;;N;;;;;\n"
    "265C;BLACK CHESS ROOK;So;0;ON;;;;;N;;;;;\n"
    "4E00;<CJK Ideograph, First>;Lo;0;L;;;;;N;;;;;\n"
    "9FFF;<CJK Ideograph, Last>;Lo;0;L;;;;;N;;;;;\n"
    "AC00;<Hangul Syllable, First>;Lo;0;L;;;;;N;;;;;\n"
    "D7A3;<Hangul Syllable, Last>;Lo;0;L;;;;;N;;;;;\n"
    "E000;<Private Use, First>;Co;0;L;;;;;N;;;;;\n"
    "F8FF;<Private Use, Last>;Co;0;L;;;;;N;;;;;\n"
    "F900;CJK COMPATIBILITY IDEOGRAPH-F900;Lo;0;L;8C48;;;;N;;;;;\n"
    "FB01;LATIN SMALL LIGATURE FI;Ll;0;L;<compat> 0066 0069;;;;N;;;;;\n"
    "17000;<Tangut Ideograph, First>;Lo;0;L;;;;;N;;;;;\n"
    "187F7;<Tangut Ideograph, Last>;Lo;0;L;;;;;N;;;;;\n"
    "1F638;GRINNING CAT FACE WITH SMILING EYES;So;0;ON;;;;;N;;;;;\n"
    "1FA52;BLACK CHESS KNIGHT-ROOK;So;0;ON;;;;;N;;;;;\n"
    "20000;<CJK Ideograph Extension B, First>;Lo;0;L;;;;;N;;;;;\n"
    "2A6DF;<CJK Ideograph Extension B, Last>;Lo;0;L;;;;;N;;;;;\n"
    "10FFFD;A LAST ONE AND ONE MORE;So;0;ON;;;;;N;;;;;\n";

inline constexpr std::uint64_t some_source = 7;

inline std::vector<std::byte> some_image() {
  return make_name_image(parse_unicode_data(some_unicode_data, "some"), some_source);
}

inline name_index some_index() {
  return name_index::open(some_image(), some_source).value();
}

}  // namespace pirn::apps
