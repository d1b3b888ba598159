//! Reading a file of a snapshot: what is missing is as by default, what is unknown is refused, and errors name the line.

use std::fmt;

use serde::{
    Deserialize, Deserializer, de,
    de::{
        DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor,
        value::{MapDeserializer, StrDeserializer, StringDeserializer},
    },
    forward_to_deserialize_any,
};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{broken, tree};
use crate::{catalog::Catalog, error::Result};

/// Returns the part of the catalog that a file describes.
pub(super) fn read(path: &str, text: &str) -> Result<Catalog> {
    // Git may write the ends of lines as the operating system has them.
    let text = text.replace("\r\n", "\n");
    let at = |line: usize, problem: &str| broken(format!("{path}, line {line}: {problem}"));
    if let Some(line) = text.lines().position(|it| it.starts_with("<<<<<<< ") || it.starts_with(">>>>>>> ")) {
        return Err(at(line + 1, "git could not merge this: decide for one side, or write the snapshot again"));
    }
    let table = DeTable::parse(&text).map_err(|error| {
        let start = error.span().map_or(0, |it| it.start);
        at(line_of(&text, start), error.message())
    })?;
    let span = table.span();
    let root = Node { text: &text, start: span.start, value: Value::Map(table.get_ref()) };
    Catalog::deserialize(root).map_err(|problem| at(problem.line.unwrap_or(1), &problem.text))
}

fn line_of(text: &str, start: usize) -> usize {
    text.get(..start).map_or(1, |it| it.matches('\n').count() + 1)
}

/// A value, and where it starts.
#[derive(Clone, Copy)]
struct Node<'a> {
    text: &'a str,
    start: usize,
    value: Value<'a>,
}

#[derive(Clone, Copy)]
enum Value<'a> {
    Map(&'a DeTable<'a>),
    Other(&'a DeValue<'a>),
}

impl<'a> Node<'a> {
    fn of(text: &'a str, value: &'a Spanned<DeValue<'a>>) -> Self {
        let start = value.span().start;
        match value.get_ref() {
            DeValue::Table(table) => Self { text, start, value: Value::Map(table) },
            other => Self { text, start, value: Value::Other(other) },
        }
    }

    /// Adds the line to a problem that has none yet.
    fn at<T>(&self, result: std::result::Result<T, Problem>) -> std::result::Result<T, Problem> {
        result.map_err(|it| Problem { line: it.line.or_else(|| Some(line_of(self.text, self.start))), ..it })
    }

    fn visit_map<'de, V: Visitor<'de>>(
        self,
        table: &'a DeTable<'a>,
        fields: &'static [&'static str],
        visitor: V,
    ) -> std::result::Result<V::Value, Problem> {
        if let Some((key, _)) = table.iter().find(|(key, _)| !fields.contains(&key.get_ref().as_ref())) {
            let text = format!("nothing here is called {:?}; known are {}", key.get_ref(), fields.join(", "));
            return Err(Problem { line: Some(line_of(self.text, key.span().start)), text });
        }
        self.at(visitor.visit_map(Fields { node: self, table, fields: fields.iter(), value: None }))
    }
}

impl<'de> IntoDeserializer<'de, Problem> for Node<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Node<'_> {
    type Error = Problem;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Problem> {
        let visited = match self.value {
            Value::Map(_) => Err(Problem::new("a table is not what stands here")),
            Value::Other(DeValue::String(text)) => visitor.visit_str(text),
            Value::Other(DeValue::Boolean(value)) => visitor.visit_bool(*value),
            Value::Other(DeValue::Integer(number)) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(value) => visitor.visit_i64(value),
                Err(error) => Err(Problem::new(format!("{}: {error}", number.as_str()))),
            },
            Value::Other(DeValue::Array(items)) => visitor.visit_seq(Items { text: self.text, items: items.iter() }),
            Value::Other(other) => Err(Problem::new(format!("a {} is not what stands here", other.type_str()))),
        };
        self.at(visited)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Problem> {
        visitor.visit_some(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> std::result::Result<V::Value, Problem> {
        match self.value {
            Value::Map(table) => self.visit_map(table, fields, visitor),
            Value::Other(other) => {
                let text = format!(
                    "expected the fields of a {name}, `{{ {} = … }}`, not a {}",
                    fields.first().unwrap_or(&""),
                    other.type_str()
                );
                self.at(Err(Problem::new(text)))
            }
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Problem> {
        let Value::Map(table) = self.value else { return self.deserialize_any(visitor) };
        let entries = table.iter().map(|(key, value)| (key.get_ref().as_ref(), Node::of(self.text, value)));
        self.at(visitor.visit_map(MapDeserializer::new(entries)))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> std::result::Result<V::Value, Problem> {
        let visited = match self.value {
            Value::Other(DeValue::String(text)) => {
                let text: StrDeserializer<'_, Problem> = text.as_ref().into_deserializer();
                visitor.visit_enum(text)
            }
            _ => Err(Problem::new(format!("expected the name of a {name} as a text"))),
        };
        self.at(visited)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct seq
        tuple tuple_struct identifier ignored_any
    }
}

struct Items<'a, I> {
    text: &'a str,
    items: I,
}

impl<'de, 'a, I: Iterator<Item = &'a Spanned<DeValue<'a>>>> SeqAccess<'de> for Items<'a, I> {
    type Error = Problem;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> std::result::Result<Option<S::Value>, Problem> {
        self.items.next().map(|it| seed.deserialize(Node::of(self.text, it))).transpose()
    }
}

/// All fields of a struct: those that are missing, too.
struct Fields<'a> {
    node: Node<'a>,
    table: &'a DeTable<'a>,
    fields: std::slice::Iter<'static, &'static str>,
    value: Option<&'static str>,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Problem;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> std::result::Result<Option<S::Value>, Problem> {
        self.value = self.fields.next().copied();
        self.value.map(|it| seed.deserialize(IntoDeserializer::<Problem>::into_deserializer(it))).transpose()
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> std::result::Result<S::Value, Problem> {
        let field = self.value.unwrap_or_default();
        match self.table.get(field) {
            Some(value) => seed.deserialize(Node::of(self.node.text, value)),
            None => self.node.at(seed.deserialize(Missing(field))),
        }
    }
}

/// A field that the file does not have.
struct Missing(&'static str);

impl Missing {
    fn text(&self) -> std::result::Result<&'static str, Problem> {
        tree::default_text(self.0).ok_or_else(|| self.problem())
    }

    fn problem(&self) -> Problem {
        Problem::new(format!("`{}` is missing", self.0))
    }
}

impl<'de> Deserializer<'de> for Missing {
    type Error = Problem;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> std::result::Result<V::Value, Problem> {
        Err(self.problem())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Problem> {
        visitor.visit_none()
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Problem> {
        visitor.visit_bool(tree::default_bool(self.0))
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Problem> {
        visitor.visit_u32(tree::default_number(self.0).ok_or_else(|| self.problem())?)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Problem> {
        visitor.visit_seq(de::value::SeqDeserializer::new(std::iter::empty::<bool>()))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Problem> {
        visitor.visit_map(MapDeserializer::new(std::iter::empty::<(&str, &str)>()))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Problem> {
        visitor.visit_str(self.text()?)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Problem> {
        visitor.visit_str(self.text()?)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> std::result::Result<V::Value, Problem> {
        visitor.visit_enum(StringDeserializer::new(self.text()?.to_owned()))
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u64 u128 f32 f64 str bytes byte_buf unit unit_struct newtype_struct tuple tuple_struct struct
        identifier ignored_any
    }
}

/// What is wrong, and on which line.
#[derive(Debug)]
struct Problem {
    line: Option<usize>,
    text: String,
}

impl Problem {
    fn new(text: impl Into<String>) -> Self {
        Self { line: None, text: text.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Problem {}

impl de::Error for Problem {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self::new(text.to_string())
    }
}
