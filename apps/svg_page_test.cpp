#include "svg_page.hpp"

#include <gtest/gtest.h>

namespace pirn::apps {
namespace {

TEST(svg_page, is_a_whole_file_with_its_shapes_in_order) {
  svg_page page(100, 50.5);
  page.box({1, 2.345, 30, -0.0}, "#abc");
  page.line({0, 0}, {10, 10}, {.colour = "red", .width = 2, .dashes = "4 2"});
  page.disc({5, 5}, 1.5, "blue", "a note");
  page.text({1, 2}, "words", {.size = 10, .anchor = svg_anchor::end, .bold = true, .turned = -90});
  EXPECT_EQ(page.text("title"),
            R"(<svg xmlns="http://www.w3.org/2000/svg" width="100" height="50.5" )"
            R"(viewBox="0 0 100 50.5" font-family="system-ui, 'DejaVu Sans', sans-serif">
<title>title</title>
<rect width="100%" height="100%" fill="#fff"/>
<rect x="1" y="2.35" width="30" height="0" fill="#abc"/>
<line x1="0" y1="0" x2="10" y2="10" stroke="red" stroke-width="2" stroke-dasharray="4 2"/>
<circle cx="5" cy="5" r="1.5" fill="blue"><title>a note</title></circle>
<text x="1" y="2" font-size="10" text-anchor="end" fill="#333" font-weight="bold" )"
            R"a(transform="rotate(-90 1 2)">words</text>
</svg>
)a");
}

TEST(svg_page, escapes_what_would_be_markup) {
  svg_page page(1, 1);
  page.text({0, 0}, "a < b & \"c\"");
  EXPECT_NE(page.text("<>").find(">a &lt; b &amp; &quot;c&quot;<"), std::string::npos);
  EXPECT_NE(page.text("<>").find("<title>&lt;&gt;</title>"), std::string::npos);
}

}  // namespace
}  // namespace pirn::apps
