package org.unmask.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Python's Jinja2 renders, or an error: never something else in silence. */
class JinjaRendererTest {

  private static final JinjaRenderer RENDERER = new JinjaRenderer();

  private static String render(String template) {
    Map<String, Object> variables = new HashMap<>();
    variables.put(
        "messages",
        List.of(
            Map.of("role", "user", "content", " Hi \u00a0"),
            Map.of("role", "assistant", "content", "{{ bos_token }}")));
    variables.put("bos_token", "<s>");
    variables.put("tools", null);
    return RENDERER.apply(template.replace('~', '|').replace("\\n", "\n"), variables);
  }

  /** Expected values follow Jinja2's rules with trim_blocks and lstrip_blocks. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{{ 'a.b.c'.split('.')[-1] }}{{ 'a.b.c'.split('.')[0] }} | ca",
        "{{ messages[-1].role }},{{ messages[-2]['role'] }} | assistant,user",
        "{% for m in messages[::-1] %}{{ m.role }},{% endfor %} | assistant,user,",
        "{{ messages[1:][0].role }} {{ 'hello'[1:3] }} {{ 'hello'[-1] }} | assistant el o",
        "{% set ns = namespace(x=true, i=messages~length - 1) %}{{ ns.i }}{{ ns.x }} | 1true",
        "{% set ns = namespace(s='a,b)', i=(1 + 2) * 2) %}{{ ns.s }}{{ ns.i }} | a,b)6",
        "{% set ns = namespace(i=0) %}{% for m in messages %}{% set ns.i = loop.index0 + 5 %}"
            + "{% endfor %}{{ ns.i }} | 6",
        "{{ 'xxaxx'.strip('x') }}{{ 'xxb'.lstrip('x') }}{{ 'cxx'.rstrip('x') }} | abc",
        "[{{ messages[0].content.strip() }}] | [Hi]",
        "[{{ messages[0].content ~trim }}] | [Hi]",
        "{{ 'ab'.startswith('a') }}{{ 'ab'.endswith('a') }} | truefalse",
        "{{ 'aB c.dE'.title() }} {{ 'aB c'.capitalize() }} {{ ''.title() }}. | Ab C.De Ab c .",
        "{{ messages[1].content }} | {{ bos_token }}",
        "{% generation %}x{% endgeneration %}y | xy",
        "{% if tools %}T{% else %}N{% endif %}{% if date is defined %}D{% endif %} | N",
        "{{ messages[0].get('name', 'none') }} | none",
        "{% macro f(x) %}<{{ x }}>{% endmacro %}{{ f('q') }} | <q>",
        "a\\n{%- if true %}\\n  b\\n{%- endif %}\\nc\\n | a  bc",
        "a\\n  {{- 'b' -}}  \\n c | abc",
        ".\\n  {% if true %}\\n    {{- 'x' }}\\n  {% endif %}\\ny | .\\nx\\ny",
        ".{% if true %} {% endif %}\\n  {{ 'x' }} | .   x",
        "{% if true %}\\n\\n  {%+ if true %}z{% endif %}{% endif +%}\\n. | \\n  z\\n.",
        "x  {% if true %}y{% endif %}  {# c #}\\nz | x  y  z",
        "{{ '}}' }}{{ \"%} '{{\" }} | }}%} '{{",
        "{% for i in range(2, -1, -1) %}{{ i }}{% endfor %} | 210",
        "{{ '<b>&\"' }} | <b>&\"",
        "{# [::2] loop.previtem #}x | x",
        "{{ 'a[::2] loop.previtem namespace(' }} | a[::2] loop.previtem namespace(",
        "{{ 'x' if '</think>' in 'a</think>b' else 'y' }} | x",
      })
  void rendersAsPython(String template, String expected) {
    assertThat(render(template)).isEqualTo(expected.replace("\\n", "\n"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{{ raise_exception('roles must alternate') }} | the template refuses the chat: roles must",
        "{{ strftime_now('%d') }} | strftime_now",
        "{{ 'a'.zfill(3) }} | string method zfill with 1 arguments is not supported",
        "{{ messages[::2] }} | slices with a step",
        "{% for m in messages %}{{ loop.previtem.role }}{% endfor %} | loop.previtem is not supported",
        "{{ messages~tojson }} | tojson is not supported",
        "{{ messages~nosuchfilter }} | nosuchfilter",
        "{% if 1 is nosuchtest %}x{% endif %} | nosuchtest",
        "{% for m in messages %}x | line 1",
        "{% nosuchtag %} | nosuchtag",
        "{{ 'a }} | line 1",
        "{{ 1 + }} | line 1",
      })
  void refusesInOneLine(String template, String message) {
    assertThatThrownBy(() -> render(template))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }

  @Test
  void endlessOutput_isRefused() {
    String loops =
        "{% for a in range(1000) %}".repeat(4) + "xxxxxxxxxxxxxxxxxxxx" + "{% endfor %}".repeat(4);
    assertThatThrownBy(() -> render(loops)).isInstanceOf(IllegalArgumentException.class);
  }
}
