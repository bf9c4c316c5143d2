#include "svg_page.hpp"

#include <utility>

#include <fmt/core.h>

namespace pirn::apps {

namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (char letter : text) {
    switch (letter) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += letter;
    }
  }
  return out;
}

// To a hundredth, without zeros at its end.
std::string number(double value) {
  std::string text = fmt::format("{:.2f}", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

// The end of a shape: alone, or around its note.
std::string end_of(std::string_view shape, std::string_view note) {
  if (note.empty()) return "/>\n";
  return fmt::format("><title>{}</title></{}>\n", escaped(note), shape);
}

std::string_view name_of(svg_anchor anchor) noexcept {
  switch (anchor) {
    case svg_anchor::start:
      return "start";
    case svg_anchor::middle:
      return "middle";
    case svg_anchor::end:
      return "end";
  }
  std::unreachable();
}

}  // namespace

void svg_page::box(svg_box where, std::string_view colour, std::string_view note) {
  shapes_ += fmt::format(R"(<rect x="{}" y="{}" width="{}" height="{}" fill="{}"{})",
                         number(where.x), number(where.y), number(where.width),
                         number(where.height), colour, end_of("rect", note));
}

void svg_page::line(svg_point from, svg_point to, svg_stroke stroke) {
  const std::string dashes =
      stroke.dashes.empty() ? "" : fmt::format(R"( stroke-dasharray="{}")", stroke.dashes);
  shapes_ +=
      fmt::format(R"(<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}" stroke-width="{}"{}/>)"
                  "\n",
                  number(from.x), number(from.y), number(to.x), number(to.y), stroke.colour,
                  number(stroke.width), dashes);
}

void svg_page::disc(svg_point centre, double radius, std::string_view colour,
                    std::string_view note) {
  shapes_ += fmt::format(R"(<circle cx="{}" cy="{}" r="{}" fill="{}"{})", number(centre.x),
                         number(centre.y), number(radius), colour, end_of("circle", note));
}

void svg_page::text(svg_point where, std::string_view what, svg_font font) {
  const std::string x = number(where.x);
  const std::string y = number(where.y);
  std::string style = font.bold ? R"( font-weight="bold")" : "";
  if (font.turned != 0) {
    style += fmt::format(R"a( transform="rotate({} {} {})")a", number(font.turned), x, y);
  }
  shapes_ +=
      fmt::format(R"(<text x="{}" y="{}" font-size="{}" text-anchor="{}" fill="{}"{}>{}</text>)"
                  "\n",
                  x, y, number(font.size), name_of(font.anchor), font.colour, style, escaped(what));
}

std::string svg_page::text(std::string_view title) const {
  const std::string width = number(width_);
  const std::string height = number(height_);
  return fmt::format(R"(<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" )"
                     R"(viewBox="0 0 {0} {1}" font-family="system-ui, 'DejaVu Sans', sans-serif">)"
                     "\n<title>{2}</title>\n"
                     R"(<rect width="100%" height="100%" fill="#fff"/>)"
                     "\n{3}</svg>\n",
                     width, height, escaped(title), shapes_);
}

}  // namespace pirn::apps
