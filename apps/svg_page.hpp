// svg_page: a drawing that a browser shows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace pirn::apps {

struct svg_point {
  double x = 0;
  double y = 0;
};

struct svg_box {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
};

enum class svg_anchor : std::uint8_t { start, middle, end };

struct svg_font {
  double size = 12;
  svg_anchor anchor = svg_anchor::start;
  std::string_view colour = "#333";
  bool bold = false;
  double turned = 0;  ///< degrees
};

struct svg_stroke {
  std::string_view colour = "#333";
  double width = 1;
  std::string_view dashes = "";  ///< as stroke-dasharray has them
};
static_assert(std::is_trivially_copyable_v<svg_font> && std::is_trivially_copyable_v<svg_stroke>);

/// Shapes on white ground, in the order in which they are drawn.
class svg_page {
 public:
  svg_page(double width, double height) : width_(width), height_(height) {}

  /// `note` is shown when the pointer rests on it.
  void box(svg_box where, std::string_view colour, std::string_view note = {});
  void line(svg_point from, svg_point to, svg_stroke stroke = {});
  void disc(svg_point centre, double radius, std::string_view colour, std::string_view note = {});
  void text(svg_point where, std::string_view what, svg_font font = {});

  /// The whole file.
  std::string text(std::string_view title) const;

 private:
  double width_;
  double height_;
  std::string shapes_;
};

}  // namespace pirn::apps
