//! Operators and functions on text.

use std::borrow::Cow;

use super::{
    Column, Cond, Expr, Expression, Operand,
    expression::{Base, NullIfEither, NullableLike},
};
use crate::{
    ast::Node,
    value::{Bind, Nullability, Scalar, SqlType},
};

/// A type that is text in the database.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not text",
    label = "this needs text",
    note = "change the type first: `.cast::<String>()`"
)]
pub trait Text: Scalar {}
#[diagnostic::do_not_recommend]
impl Text for String {}

/// The argument of `like`, `starts_with` and similar methods: a string, or a column or expression of text.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a text to search for",
    label = "expected a string, or a column or expression of text"
)]
pub trait Pattern {
    /// Makes the node of a pattern for LIKE, with the wildcards around it.
    #[doc(hidden)]
    fn into_pattern(self, wildcards: Wildcards) -> Node;
}

/// Which wildcards stand around the text to search for.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub enum Wildcards {
    /// None: the text is itself a pattern.
    Own,
    /// `text%`
    After,
    /// `%text`
    Before,
    /// `%text%`
    Around,
}

impl Wildcards {
    fn ends(self) -> (&'static str, &'static str) {
        match self {
            Self::Own => ("", ""),
            Self::After => ("", "%"),
            Self::Before => ("%", ""),
            Self::Around => ("%", "%"),
        }
    }

    /// Takes `text` literally, and puts the wildcards around it.
    fn around(self, text: &str) -> String {
        if matches!(self, Self::Own) {
            return text.to_owned();
        }
        let (before, after) = self.ends();
        let mut pattern = String::with_capacity(text.len() + 2);
        pattern.push_str(before);
        for char in text.chars() {
            if matches!(char, '\\' | '%' | '_') {
                pattern.push('\\');
            }
            pattern.push(char);
        }
        pattern.push_str(after);
        pattern
    }

    /// The same for an expression, whose text only the server knows. Renders `'%' || replace(replace(x, …), …) || '%'`.
    fn around_node(self, node: Node) -> Node {
        if matches!(self, Self::Own) {
            return node;
        }
        let quoted = [(r"E'\\'", r"E'\\\\'"), ("'%'", r"E'\\%'"), ("'_'", r"E'\\_'")]
            .into_iter()
            .fold(node, |node, (from, to)| Node::call("replace", vec![node, Node::Constant(from), Node::Constant(to)]));
        let before = |node: Node| Node::Constant("'%'").binary("||", node);
        let after = |node: Node| node.binary("||", Node::Constant("'%'"));
        match self {
            Self::Own => quoted,
            Self::After => after(quoted),
            Self::Before => before(quoted),
            Self::Around => after(before(quoted)),
        }
    }
}

fn pattern(text: &str, wildcards: Wildcards) -> Node {
    Node::Bind(Bind::new(wildcards.around(text)))
}

macro_rules! strings {
    ($($ty:ty)+) => { $(
        impl Pattern for $ty {
            fn into_pattern(self, wildcards: Wildcards) -> Node {
                pattern(&self, wildcards)
            }
        }
    )+ };
}
strings! { &str String &String &&str Cow<'_, str> }

impl<T: SqlType<Base: Text>, W> Pattern for Column<T, W> {
    fn into_pattern(self, wildcards: Wildcards) -> Node {
        wildcards.around_node(self.node())
    }
}

impl<T: SqlType<Base: Text>> Pattern for Expr<T> {
    fn into_pattern(self, wildcards: Wildcards) -> Node {
        wildcards.around_node(self.node)
    }
}

/// Text, NULL if `E` or one of the operands `A` and `C`, which are of type `T`, may be.
type AnyOf3<E, A, C, T> =
    NullIfEither<E, <<A as Operand<T>>::Nullability as Nullability>::Or<<C as Operand<T>>::Nullability>, String>;

/// The operators and functions on text.
///
/// ```
/// # use blog::*;
/// use orm_pg::prelude::*;
///
/// let query = User::query().filter(|u| u.email.lower().ends_with("@example.org").and(u.name.trim().ne("")));
/// let initials = query.select(|u| u.name.substring(1, 1).upper());
/// ```
pub trait Textual: Expression {
    /// Matches a pattern, in which `%` stands for any text, `_` for any character and `\` takes the next one literally.
    /// Renders `x LIKE y`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().filter(|u| u.name.like("A%"));
    /// ```
    fn like<P: Pattern>(self, pattern: P) -> Cond
    where
        Base<Self>: Text,
    {
        Cond(self.node().binary("LIKE", pattern.into_pattern(Wildcards::Own)))
    }

    /// Matches a pattern without regard to upper and lower case. Renders `x ILIKE y`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().filter(|u| u.name.ilike("%ann%"));
    /// ```
    fn ilike<P: Pattern>(self, pattern: P) -> Cond
    where
        Base<Self>: Text,
    {
        Cond(self.node().binary("ILIKE", pattern.into_pattern(Wildcards::Own)))
    }

    /// Does not match a pattern. Renders `x NOT LIKE y`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().filter(|u| u.name.not_like("A%"));
    /// ```
    fn not_like<P: Pattern>(self, pattern: P) -> Cond
    where
        Base<Self>: Text,
    {
        Cond(self.node().binary("NOT LIKE", pattern.into_pattern(Wildcards::Own)))
    }

    /// Begins with `text`, taken literally. Renders `x LIKE y` with wildcards escaped.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().filter(|u| u.name.starts_with("100%")); // the `%` is a `%`
    /// ```
    fn starts_with<P: Pattern>(self, text: P) -> Cond
    where
        Base<Self>: Text,
    {
        Cond(self.node().binary("LIKE", text.into_pattern(Wildcards::After)))
    }

    /// Ends with `text`, taken literally. Renders `x LIKE y` with wildcards escaped.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().filter(|u| u.email.ends_with("@example.org"));
    /// ```
    fn ends_with<P: Pattern>(self, text: P) -> Cond
    where
        Base<Self>: Text,
    {
        Cond(self.node().binary("LIKE", text.into_pattern(Wildcards::Before)))
    }

    /// Contains `text`, taken literally. Renders `x LIKE y` with wildcards escaped.
    ///
    /// ```
    /// # use blog::*;
    /// let query = Post::query().filter(|p| p.title.contains("rust"));
    /// ```
    fn contains<P: Pattern>(self, text: P) -> Cond
    where
        Base<Self>: Text,
    {
        Cond(self.node().binary("LIKE", text.into_pattern(Wildcards::Around)))
    }

    /// Appends `other` to the text. NULL if either is. Renders `x || y`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().select(|u| u.name.concat(" <").concat(u.email).concat(">"));
    /// ```
    fn concat<R: Operand<String>>(self, other: R) -> Expr<NullIfEither<Self, R::Nullability, String>>
    where
        Base<Self>: Text,
    {
        let rhs = other.into_node();
        Expr::new(Node::Binary(Box::new(self.node()), "||", Box::new(rhs)).bounded())
    }

    /// The text in lower case. Renders `lower(x)`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().filter(|u| u.email.lower().eq("ann@example.org"));
    /// ```
    fn lower(self) -> Expr<NullableLike<Self, String>>
    where
        Base<Self>: Text,
    {
        Expr::new(Node::call("lower", vec![self.node()]))
    }

    /// The text in upper case. Renders `upper(x)`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().select(|u| u.name.upper());
    /// ```
    fn upper(self) -> Expr<NullableLike<Self, String>>
    where
        Base<Self>: Text,
    {
        Expr::new(Node::call("upper", vec![self.node()]))
    }

    /// The text without blanks around it. Renders `btrim(x)`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().filter(|u| u.name.trim().ne(""));
    /// ```
    fn trim(self) -> Expr<NullableLike<Self, String>>
    where
        Base<Self>: Text,
    {
        Expr::new(Node::call("btrim", vec![self.node()]))
    }

    /// Returns the number of characters. Renders `length(x)`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = Post::query().order_by(|p| p.title.length().desc());
    /// ```
    fn length(self) -> Expr<NullableLike<Self, i32>>
    where
        Base<Self>: Text,
    {
        Expr::new(Node::call("length", vec![self.node()]))
    }

    /// `count` characters from the one at `start`, counted from 1. NULL if any of the three is. Renders
    /// `substr(x, start, count)`.
    ///
    /// ```
    /// # use blog::*;
    /// let initials = User::query().select(|u| u.name.substring(1, 1));
    /// ```
    fn substring<A: Operand<i32>, C: Operand<i32>>(self, start: A, count: C) -> Expr<AnyOf3<Self, A, C, i32>>
    where
        Base<Self>: Text,
    {
        Expr::new(Node::call("substr", vec![self.node(), start.into_node(), count.into_node()]))
    }

    /// The text with each `from` replaced by `to`. NULL if any of the three is. Renders `replace(x, from, to)`.
    ///
    /// ```
    /// # use blog::*;
    /// let query = User::query().select(|u| u.email.replace("@", " at "));
    /// ```
    fn replace<A: Operand<String>, C: Operand<String>>(self, from: A, to: C) -> Expr<AnyOf3<Self, A, C, String>>
    where
        Base<Self>: Text,
    {
        Expr::new(Node::call_of_one_type("replace", vec![self.node(), from.into_node(), to.into_node()]))
    }
}

impl<E: Expression> Textual for E {}
