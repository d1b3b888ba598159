#![expect(clippy::needless_pass_by_value, reason = "tokens read better as they are written")]

use proc_macro2::TokenStream;
use quote::quote;

use super::*;
use crate::{
    ast::{Constraint, ConstraintColumn},
    attr,
    ctxt::Ctxt,
};

/// The messages for a struct of these options and fields.
#[track_caller]
fn check(options: TokenStream, fields: TokenStream, expected: &[&str]) {
    let mut ctxt = Ctxt::default();
    let input = syn::parse2(quote!(#[orm(#options)] struct User { #fields })).unwrap();
    let read = attr::model(&mut ctxt, &input);
    let _checked = model(&mut ctxt, &input, read);
    assert_eq!(ctxt.messages(), expected);
}

/// The messages for one field beside a key.
#[track_caller]
fn check_field(field: TokenStream, expected: &str) {
    check(quote!(), quote!(#[orm(key)] id: i64, #field), &[expected]);
}

/// The constraints as `name CONSTANT (columns)`.
fn constraints(options: TokenStream, fields: TokenStream) -> Vec<String> {
    let mut ctxt = Ctxt::default();
    let input = syn::parse2(quote!(#[orm(#options)] struct Post { #fields })).unwrap();
    let read = attr::model(&mut ctxt, &input);
    let model = model(&mut ctxt, &input, read).ok().unwrap();
    assert_eq!(ctxt.messages(), [""; 0]);
    let describe = |it: &Constraint| {
        let constant = it.constant.as_ref().map(ToString::to_string).unwrap_or_default();
        format!(
            "{} {constant} ({})",
            it.name,
            it.columns.iter().map(ConstraintColumn::text).collect::<Vec<_>>().join(", ")
        )
    };
    model.constraints.iter().map(describe).collect()
}

#[test]
fn a_good_model_has_no_messages() {
    check(
        quote!(table = "users", schema = "app", rename_all = "camelCase", has_many(posts: Post, through = a::B),
            has_one(card: crate::Card, key = user_id), index(name, age, using = "gin", where = "age > 1"),
            unique(name, age, name = "one"), check("age > 0"), insert = Fresh, columns = Cols, crate = "a::b"),
        quote! {
            #[orm(key, identity)] id: i64,
            #[orm(unique, index(method = "hash"))] name: String,
            #[orm(column = "years", default = "1", renamed_from = "old")] age: Option<i32>,
            #[orm(references(User, on_delete = cascade, name = "boss_key"))] boss: Option<i64>,
            #[orm(references = crate::User, on_delete = "set null")] friend: Option<i64>,
            #[orm(json, default = "'{}'")] more: Settings,
            #[orm(generated = "age * 2", index)] double: i32,
            #[orm(version)] version: i32,
            #[orm(on_update = "now()", default = "now()")] touched: String,
            #[orm(skip)] cache: Cache,
            #[serde(skip)] r#type: String,
        },
        &[],
    );
}

#[test]
fn contradictions_of_one_field_name_the_way_out() {
    let counted = "the database numbers an identity column, so it cannot have a default: remove one of the two";
    check_field(quote!(#[orm(identity, default = "1")] n: i64), counted);
    let computed = "the database computes a generated column, so it cannot have a default: remove one of the two";
    check_field(quote!(#[orm(generated = "1", default = "1")] n: i64), computed);
    let either = "a column is either `identity` or `generated`: remove one of the two";
    check_field(quote!(#[orm(generated = "1", identity)] n: i64), either);
    let null = "a column of the primary key is never NULL: write the type without `Option`";
    check_field(quote!(#[orm(key)] n: std::option::Option<i64>), null);
    let foreign = "a JSON document cannot refer to another table: remove `json` or `references`";
    check_field(quote!(#[orm(json, references = User)] n: i64), foreign);
    let skipped = "a field with `skip` has no column, so its other options have no effect: keep one";
    check_field(quote!(#[orm(skip, default = "1")] n: i64), skipped);
    check_field(quote!(#[orm(unique, unique)] n: i64), "`unique` is given twice: keep one");
    let alone = "`on_delete` needs `references = Model` on the same field";
    check_field(quote!(#[orm(on_delete = cascade)] n: i64), alone);
    let nothing = "`set_default` needs a default: add `default = \"..\"`, or choose `set_null`";
    check_field(quote!(#[orm(references = User, on_delete = "set default")] n: i64), nothing);
    let computed =
        "only the database writes this column, so deleting a row cannot set it: choose `cascade` or `restrict`";
    check_field(quote!(#[orm(generated = "1", references(User, on_delete = set_null))] n: Option<i64>), computed);
    let moved = "each update would change the primary key: remove `on_update`";
    check_field(quote!(#[orm(key, on_update = "1")] n: i64), moved);
    let same = "the column already has this name: write the name that it had before";
    check_field(quote!(#[orm(renamed_from = "n")] n: i64), same);
    check_field(quote!(#[orm(json)] n: Option<Json<Vec<i32>>>), "the type is already `Json`: remove `json`");
    let counts = "each update already increments the version: remove `on_update`";
    check_field(quote!(#[orm(version, on_update = "1")] n: i64), counts);
}

#[test]
fn unknown_options_are_refused_with_what_was_meant() {
    check_field(quote!(#[orm(defualt = "1")] n: i64), "a field has no option `defualt`; did you mean `default`?");
    check_field(quote!(#[orm(view)] n: i64), "`view` belongs on the struct, not on a field");
    check_field(quote!(#[orm(primary_key)] n: i64), "a field has no option `primary_key`; write `key`");
    check_field(
        quote!(#[orm(nullable)] n: i64),
        "a field has no option `nullable`: a column may be NULL when its type is an `Option`",
    );
    check_field(
        quote!(#[orm(references(User, on_delete = casacde))] n: i64),
        "`on_delete` is one of `cascade`, `restrict`, `set_null`, `set_default`, `no_action`; did you mean `cascade`?",
    );
    check(quote!(key), quote!(n: i64), &["`key` belongs on a field, not on the struct"]);
    check(quote!(nonsense), quote!(n: i64), &["a model has no option `nonsense`"]);
    check(quote!(has_many(posts)), quote!(n: i64), &["name the relation and its model: `has_many(posts: Post)`"]);
    check(quote!(has_many()), quote!(n: i64), &["name the relation and its model: `has_many(posts: Post)`"]);
}

#[test]
fn options_in_the_wrong_form_show_the_right_one() {
    check_field(quote!(#[orm(default)] n: i64), "expected `default = \"now()\"`");
    check_field(quote!(#[orm(default = now)] n: i64), "write a string: `default = \"..\"`");
    check_field(quote!(#[orm(default = 1)] n: i64), "write it as a string: `\"1\"`");
    check_field(quote!(#[orm(default = false)] n: bool), "write it as a string: `\"false\"`");
    check_field(quote!(#[orm(default = " ")] n: i64), "`default` needs an SQL expression");
    check(quote!(table), quote!(n: i64), &["expected `table = \"..\"`"]);
    check(quote!(index()), quote!(n: i64), &["name the fields of the index: `index(author_id, created_at)`"]);
}

#[test]
fn names_fit_into_the_database() {
    let long = "n".repeat(64);
    check_field(quote!(#[orm(column = "")] n: i64), "a name in the database cannot be empty");
    check_field(quote!(#[orm(column = "a\0")] n: i64), "a name in the database cannot contain a NUL character");
    check_field(
        quote!(#[orm(column = #long)] n: i64),
        "this name has 64 bytes, and PostgreSQL keeps only 63: choose a shorter one",
    );
}

#[test]
fn fields_are_checked_against_each_other() {
    check(quote!(), quote!(a: i64, #[orm(column = "a")] b: i64), &["the field `a` already has the column `a`"]);
    check(
        quote!(),
        quote!(#[orm(version)] a: i64, #[orm(version)] b: i64),
        &["a model can have one version column, and `a` already is one"],
    );
    check(quote!(unique(emial)), quote!(email: String), &["the struct has no field `emial`; did you mean `email`?"]);
    check(
        quote!(index(x)),
        quote!(email: String, name: String),
        &["the struct has no field `x`; there are email, name"],
    );
    let times = quote!(#[orm(key)] id: i64, #[orm(flatten)] times: Times);
    check(
        quote!(index(times)),
        times.clone(),
        &["`times` is flattened into several columns: name one of them, as in `times.name`"],
    );
    check(quote!(index(id.x)), times.clone(), &["`id` is not a flattened field: write `id`"]);
    check(quote!(unique(times.a, times.a)), times.clone(), &["`times.a` is named twice: keep one"]);
    check(quote!(unique(id, times.a), index(times.b)), times, &[]);
    check(quote!(), quote!(#[orm(skip)] a: i64), &["`Model` needs at least one field that is a column"]);
}

#[test]
fn a_view_is_not_written() {
    check(
        quote!(view),
        quote!(#[orm(key, identity)] a: i64),
        &["a view cannot have an identity column: remove it, or remove `view` from the struct"],
    );
    check(
        quote!(view, insert = New),
        quote!(a: i64),
        &["a view is read only, so it has no struct to insert: remove `insert` or `view`"],
    );
    check(quote!(view, insert = none), quote!(a: i64), &[]);
}

#[test]
fn all_mistakes_come_at_once() {
    check(
        quote!(tabel = "x", veiw),
        quote!(#[orm(kee)] a: i64, #[orm(defualt = "")] b: i64),
        &[
            "a model has no option `tabel`; did you mean `table`?",
            "a model has no option `veiw`; did you mean `view`?",
            "a field has no option `kee`; did you mean `key`?",
            "a field has no option `defualt`; did you mean `default`?",
        ],
    );
}

#[test]
fn constraints_have_the_names_of_postgresql() {
    let found = constraints(
        quote!(
            table = "posts",
            unique(author_id, title),
            check("a"),
            check("b"),
            check("c", name = "posts_ok"),
            index(title)
        ),
        quote! {
            #[orm(key)] id: i64,
            #[orm(references = User, index)] author_id: i64,
            #[orm(unique(name = "one_title"), column = "the_title")] title: String,
        },
    );
    assert_eq!(
        found,
        [
            "posts_pkey PKEY (id)",
            "posts_author_id_fkey AUTHOR_ID_FKEY (author_id)",
            "posts_author_id_idx  (author_id)",
            "one_title ONE_TITLE (the_title)",
            "posts_author_id_the_title_key AUTHOR_ID_THE_TITLE_KEY (author_id, the_title)",
            "posts_check CHECK ()",
            "posts_check1 CHECK1 ()",
            "posts_ok OK ()",
            "posts_the_title_idx  (the_title)",
        ]
    );
}

#[test]
fn indexes_have_the_names_of_postgresql_and_unique_ones_a_constant() {
    let found = constraints(
        quote!(
            table = "posts",
            unique(title, live, where = "live"),
            unique("lower(title)", "a || b", "c || d"),
            unique(live, include(title)),
            unique(live desc, name = "last_live"),
            unique_index(live),
            index(id nulls first, include(live)),
            exclude(title with "=", "f(x)" with "&&", using = "gist"),
        ),
        quote! {
            #[orm(key)] id: i64,
            #[orm(unique(where = "x > 1"), index(collate = "C", name = "by_title"))] title: String,
            #[orm(unique_index(nulls = not_distinct, name = "one"))] live: bool,
        },
    );
    assert_eq!(
        found,
        [
            "posts_pkey PKEY (id)",
            "posts_title_idx TITLE_IDX (title)",
            "by_title  (title)",
            "one ONE (live)",
            "posts_title_live_idx TITLE_LIVE_IDX (title, live)",
            "posts_lower_expr_expr1_idx LOWER_EXPR_EXPR1_IDX ()",
            "posts_live_title_key LIVE_TITLE_KEY (live)",
            "last_live LAST_LIVE (live)",
            "posts_live_idx LIVE_IDX (live)",
            "posts_id_live_idx  (id)",
            "posts_title_f_excl TITLE_F_EXCL (title)",
        ]
    );
}

#[test]
fn keys_of_indexes_are_fields_or_expressions_with_words_behind_them() {
    let fields = || quote!(#[orm(key)] id: i64, name: String, room: i32);
    let good = quote!(
        index(name DESC nulls LAST opclass "x" collate "C", "lower(name)" asc),
        exclude(room with "=", "f(name)" with "OPERATOR(app.===)" opclass "y", using = gist, where = "a", deferrable = "initially deferred")
    );
    check(good, fields(), &[]);
    let known = "it has `asc`, `desc`, `nulls first`, `nulls last`, `collate \"C\"` and `opclass \"..\"`; another key comes \
                 after a comma";
    check(quote!(index(name decs)), fields(), &[&format!("a key has no option `decs`; did you mean `desc`?; {known}")]);
    check(quote!(index(name room)), fields(), &[&format!("a key has no option `room`; {known}")]);
    check(quote!(index(name desc desc)), fields(), &["`desc` is given twice: keep one"]);
    check(quote!(index(name asc desc)), fields(), &["`desc` is given twice: keep one"]);
    check(quote!(index(name nulls)), fields(), &["write `nulls first` or `nulls last`"]);
    check(quote!(index(name collate C)), fields(), &["write a string behind it: `collate \"..\"`"]);
    check(quote!(index(name "C")), fields(), &["expected `,`"]);
    check(quote!(index(nmae desc)), fields(), &["the struct has no field `nmae`; did you mean `name`?"]);
    check(quote!(index("name" desc)), fields(), &["write a field without quotes: `name`"]);
    check(
        quote!(index(lower(name))),
        fields(),
        &["an index has no option `lower(..)`; an expression is SQL in quotes: `\"lower(..)\"`"],
    );
    check(quote!(index(name with "=")), fields(), &["only the keys of `exclude(..)` have an operator: remove `with`"]);
    check(
        quote!(exclude(name, using = "gist")),
        fields(),
        &["an exclusion constraint says how each key is compared: `room with \"=\"`, `span with \"&&\"`"],
    );
    check(
        quote!(exclude(name with "equals", using = "gist")),
        fields(),
        &["`with` takes an operator, such as \"=\", \"&&\" or \"OPERATOR(app.===)\""],
    );
}

#[test]
fn each_kind_of_index_has_the_options_that_postgresql_has() {
    let fields = || quote!(#[orm(key)] id: i64, name: String, room: i32);
    check(quote!(index(name, wher = "a")), fields(), &["an index has no option `wher`; did you mean `where`?"]);
    check(quote!(index(name, name = "a", name = "b")), fields(), &["`name` is given twice: keep one"]);
    check(quote!(unique(name, include(room), include(id))), fields(), &["`include` is given twice: keep one"]);
    check(quote!(unique(name, include(name))), fields(), &["`name` is named twice: keep one"]);
    check(quote!(index(name, include("room"))), fields(), &["`include(..)` takes names of fields"]);
    check(
        quote!(index(name, nulls = not_distinct)),
        fields(),
        &["an index that is not unique compares no NULLs: remove `nulls`"],
    );
    check(quote!(unique(name, nulls = distinct)), fields(), &["`nulls` is `not_distinct`"]);
    check(
        quote!(unique(name, deferrable = deferred)),
        fields(),
        &["`deferrable` is one of `initially_immediate`, `initially_deferred`"],
    );
    check(
        quote!(unique_index(name, deferrable = initially_deferred)),
        fields(),
        &["a unique index cannot be deferred, as only constraints can: declare it by `unique(..)`"],
    );
    check(
        quote!(unique(name, where = "a", deferrable = initially_deferred)),
        fields(),
        &[
            "only a constraint can be deferred, and with `where`, a method, an expression or words behind a field this is a \
           unique index: remove those, or `deferrable`",
        ],
    );
    check(
        quote!(index(name, collate = "C")),
        fields(),
        &["write `collate` behind the key that it is for: `name collate \"..\"`"],
    );
    check(
        quote!(exclude(name with "=")),
        fields(),
        &["an exclusion constraint names the method of its index: `using = \"gist\"`"],
    );
    check_field(
        quote!(#[orm(index(desc))] n: i64),
        "this `index` is over the field that it is written on: name others, expressions and orders on the struct, as in \
         `index(a, b desc)`",
    );
    check_field(quote!(#[orm(unique(name = "a"), name = "b")] n: i64), "`name` is given twice: keep one");
    check_field(quote!(#[orm(references(User, name = "a", name = "b"))] n: i64), "`name` is given twice: keep one");
    check_field(quote!(#[orm(exclude)] n: i64), "`exclude` belongs on the struct, not on a field");
    check(quote!(check("a", name = "a", name = "b")), fields(), &["`name` is given twice: keep one"]);
}

#[test]
fn actions_and_options_of_foreign_keys_are_checked() {
    let key = |options: TokenStream| quote!(#[orm(references(User, #options))] n: Option<i64>);
    check_field(
        key(quote!(on_update = set_default)),
        "`set_default` needs a default: add `default = \"..\"`, or choose `set_null`",
    );
    let known = "one of `cascade`, `restrict`, `set_null`, `set_default`, `no_action`";
    check_field(key(quote!(on_update = "now()")), &format!("`on_update` is {known}"));
    check_field(key(quote!(match = partial)), "`match` is one of `full`, `simple`");
    check_field(key(quote!(on_update = cascade, on_update = cascade)), "`on_update` is given twice: keep one");
    check_field(
        key(quote!(deferrable = "deferred")),
        "`deferrable` is one of `initially_immediate`, `initially_deferred`",
    );
    check_field(
        key(quote!(deferable = initially_deferred)),
        "`references(..)` takes a model, `column = field`, `on_delete = cascade`, `on_update = cascade`, `match = full`, \
         `deferrable = initially_deferred`, `not_valid`, `relation = name` and `name = \"..\"`",
    );
    let both = || quote!(#[orm(key)] id: i64, a: Option<i64>, b: Option<i64>);
    check(
        quote!(references(User, fields(a, b), set_columns(a))),
        both(),
        &["`set_columns(..)` says what `on_delete = set_null` or `on_delete = set_default` sets: add one of them"],
    );
    check(
        quote!(references(User, fields(a, b), on_delete = set_null, set_columns(id))),
        both(),
        &["`set_columns(..)` names some of `fields(..)`, and `id` is not among them"],
    );
}

#[test]
fn a_primary_key_names_the_fields_that_have_key() {
    let fields = || quote!(#[orm(key)] a: i64, #[orm(key)] b: i64, c: i64);
    check(quote!(primary_key(b, a, name = "k", include(c), deferrable = initially_deferred)), fields(), &[]);
    let all = "`primary_key(..)` names all fields with `key`, in the order of the primary key, and no others: the names \
               alone, or none of them if it is the order of the struct";
    check(quote!(primary_key(b)), fields(), &[all]);
    check(quote!(primary_key(a, c)), fields(), &[all]);
    check(quote!(primary_key(a desc, b)), fields(), &[all]);
    check(quote!(primary_key(where = "x")), fields(), &["a primary key has no option `where`"]);
    check(quote!(primary_key), fields(), &["expected `primary_key(name = \"..\")` or `primary_key = none`"]);
    check(quote!(primary_key(name = "k")), quote!(a: i64), &["mark the fields of the primary key with `#[orm(key)]`"]);
}

#[test]
fn without_a_primary_key_the_key_is_unique_by_something_else() {
    let fields = || quote!(#[orm(key)] a: i64, #[orm(key)] b: i64, c: i64);
    for unique in [quote!(unique(b, a)), quote!(unique_index(a, b))] {
        check(quote!(primary_key = none, #unique), fields(), &[]);
    }
    let needed = "rows are found by the fields with `key`: declare over these fields what makes them unique without a primary \
                  key, `unique(..)` or `unique_index(..)`";
    let others = [
        quote!(),
        quote!(unique(a)),
        quote!(unique(a, b, c)),
        quote!(unique(a, b, where = "c > 0")),
        quote!(unique(a, b, deferrable = initially_deferred)),
        quote!(index(a, b)),
    ];
    for other in others {
        check(quote!(primary_key = none, #other), fields(), &[needed]);
    }
    let none = "without a field that has `key` there is no primary key: remove this";
    check(quote!(primary_key = none), quote!(a: i64), &[none]);
    check(quote!(primary_key = none, view), fields(), &["a view has no primary key: remove this"]);
    let both = "`primary_key(..)` describes a primary key: remove it, or remove this";
    check(quote!(primary_key = none, primary_key(name = "k"), unique(a, b)), fields(), &[both]);
    check(quote!(primary_key = some), fields(), &["`primary_key` is `none`"]);
}

#[test]
fn a_field_may_have_several_foreign_keys() {
    let refers = || quote!(#[orm(references(User, name = "one"))] a: i64);
    check(quote!(references(Post, fields(a))), refers(), &[]);
    check(quote!(references(User, fields(a), relation = none)), refers(), &[]);
    let same = "another foreign key of the same fields refers to this model, and rows are found by that one: write \
                `relation = none`";
    check(quote!(references(User, fields(a))), refers(), &[same]);
    let on_field = "a foreign key of one field belongs on that field: `#[orm(references = Order)]`";
    check(quote!(references(Order, fields(a))), quote!(a: i64), &[on_field]);
}

#[test]
fn an_index_may_have_the_name_of_a_foreign_key_or_check() {
    let refers = || quote!(#[orm(references(User, name = "one"))] a: i64);
    check(quote!(index(a, name = "one")), refers(), &[]);
    check(quote!(unique_index(a, name = "one")), refers(), &[]);
    let taken = "this table already has a constraint or index `one`: give this one another name, `name = \"..\"`";
    check(quote!(unique(a, name = "one")), refers(), &[taken]);
    check(quote!(check("a > 0", name = "one")), refers(), &[taken]);
    check(quote!(unique(a, name = "one"), index(a, name = "one")), quote!(a: i64), &[taken]);
}

#[test]
fn tables_and_columns_have_the_options_that_they_can_have() {
    let id = || quote!(#[orm(key)] id: i64);
    check(
        quote!(table = "t", renamed_from = "t"),
        id(),
        &["the table already has this name: write the name that it had before"],
    );
    check(
        quote!(view, comment = "x"),
        id(),
        &["`comment` is for tables, and views are made by SQL: remove it, or remove `view`"],
    );
    check(
        quote!(unlogged, partition_by = "LIST (id)"),
        id(),
        &["the rows of a partitioned table are in its partitions, which are made by SQL: write `UNLOGGED` there"],
    );
    check(quote!(comment = ""), id(), &["`comment` needs a text without NUL characters"]);
    check_field(quote!(#[orm(unlogged)] n: i64), "`unlogged` belongs on the struct, not on a field");
    check_field(quote!(#[orm(identity(start = "1"))] n: i64), "write a number: `start = 1`");
    check_field(quote!(#[orm(identity(cycle, cycle))] n: i64), "`cycle` is given twice: keep one");
    check_field(
        quote!(#[orm(identity(strat = 1))] n: i64),
        "`identity(..)` takes `always`, `start = 1`, `increment = 1`, `min = 1`, `max = 100`, `cache = 1` and `cycle`; did \
         you mean `start`?",
    );
    let generated = "expected `generated = \"sql\"` or `generated(virtual = \"sql\")`";
    check_field(quote!(#[orm(generated("a", virtual = "b"))] n: i64), generated);
    check_field(quote!(#[orm(generated(virtuel = "b"))] n: i64), generated);
    check_field(
        quote!(#[orm(generated = "a", generated(virtual = "b"))] n: i64),
        "`generated` is given twice: keep one",
    );
    check_field(quote!(#[orm(collation = C)] n: String), "write a string: `collation = \"..\"`");
}

#[test]
fn what_would_be_one_constant_is_refused() {
    check(
        quote!(table = "t", check("a", name = "a_key")),
        quote!(#[orm(unique)] a: i64),
        &[
            "the constraints `t_a_key` and `a_key` would both be the constant `A_KEY`: rename one with `name = \"..\"`, or only \
           its constant with `constant = NAME`",
        ],
    );
    check(
        quote!(table = "t", check("a", name = "a_key", constant = A_CHECK)),
        quote!(#[orm(unique, references(User, constant = OF_USER))] a: i64),
        &[],
    );
}

#[test]
fn shared_columns_leave_to_the_model_what_belongs_to_one_table() {
    let mut ctxt = Ctxt::default();
    let input = quote!(
        #[orm(table = "times")]
        struct Times {
            #[orm(key)]
            id: i64,
            #[orm(default = "now()", unique)]
            created: String,
        }
    );
    let input = syn::parse2(input).unwrap();
    let read = attr::model(&mut ctxt, &input);
    let _checked = flatten(&mut ctxt, &input, read);
    assert_eq!(
        ctxt.messages(),
        [
            "this option belongs on the models that flatten this struct",
            "the primary key belongs on the model, not in a struct that several models flatten",
            "a unique constraint belongs on the model, not in a struct that several models flatten",
        ]
    );
    check(
        quote!(),
        quote!(#[orm(key)] id: i64, #[orm(flatten, unique)] times: Times),
        &["a flattened field is not a column: write its options on the fields of the flattened struct"],
    );
}

#[test]
fn names_of_relations_that_mean_something_already() {
    let cure = "give it another name, `references(Log, relation = other_name)`, or `relation = none`";
    for field in ["query", "get", "insert", "insert_many", "update", "delete", "default", "clone"] {
        let owner = match field {
            "default" => "Default",
            "clone" => "Clone",
            _ => "Model",
        };
        let id = quote::format_ident!("{field}_id");
        check_field(
            quote!(#[orm(references = a::Log)] #id: i64),
            &format!("a relation `{field}` would hide `{owner}::{field}`: {cure}"),
        );
    }
    check(
        quote!(has_many(query: Log), has_one(get: Log), references(Log, fields(id, other), relation = update)),
        quote!(#[orm(key)] id: i64, other: i64, #[orm(references(Log, relation = r#delete))] log: i64),
        &[
            "a relation `query` would hide `Model::query`: give it another name, `has_many(other_name: Log)`",
            "a relation `get` would hide `Model::get`: give it another name, `has_one(other_name: Log)`",
            &format!("a relation `delete` would hide `Model::delete`: {cure}"),
            &format!("a relation `update` would hide `Model::update`: {cure}"),
        ],
    );
    check(
        quote!(has_many(logs: Log), has_one(logs: Log), has_many(NAME_KEY: Log), has_many(r#type: Log)),
        quote!(#[orm(key)] id: i64, #[orm(unique)] name: String, #[orm(references(Log, relation = r#type))] log: i64,
            #[orm(references(Log, relation = none))] query: i64, #[orm(references(Log, relation = from))] insert: i64),
        &[
            "there are two relations `logs`: give it another name, `has_one(other_name: Log)`",
            "`NAME_KEY` is already the constant of the constraint `user_name_key`: give it another name, \
             `has_many(other_name: Log)`",
            &format!("there are two relations `type`: {cure}"),
        ],
    );
}
