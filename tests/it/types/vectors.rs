//! The extension `vector`, if the server has it; if not, the error says so.

use orm_pg::{
    ast::SqlPart,
    expr::RawSql,
    prelude::*,
    value::{PgType, Scalar},
};

#[derive(Debug, Clone, PartialEq, Model)]
#[orm(table = "documents")]
struct Document {
    #[orm(key)]
    id: i32,
    #[orm(sql_type = "vector(3)")]
    embedding: Vector,
    half: Option<HalfVector>,
    sparse: SparseVector,
}

fn document(id: i16) -> NewDocument {
    let values = [f32::from(id), 1.0, 0.0];
    NewDocument {
        id: id.into(),
        embedding: values.to_vec().into(),
        half: (id % 2 == 0).then(|| HalfVector::from_f32_slice(&values)),
        sparse: SparseVector::from_dense(&values),
    }
}

#[orm_pg::test]
async fn vectors_there_and_back_and_nearest_first(db: Database) -> Result<()> {
    if let Err(error) = RawSql::new(vec![SqlPart::Text("CREATE EXTENSION vector")]).execute(&db).await {
        // The server lacks the extension: then a table of it cannot be made, and the error names the type.
        assert_eq!(error.sql_state(), Some("0A000"), "{error}");
        let error = db.create_tables(models![Document]).await.expect_err("no such type");
        assert_eq!((error.kind(), error.sql_state()), (ErrorKind::Server, Some("42704")));
        assert!(error.to_string().contains(r#"type "vector" does not exist"#), "{error}");
        return Ok(());
    }
    db.create_tables(models![Document]).await?;
    let rows: Vec<_> = (0..5).map(document).collect();
    let stored = Document::insert_many(rows.clone()).all(&db).await?;
    for (row, new) in stored.iter().zip(&rows) {
        assert_eq!((&row.embedding, &row.half, &row.sparse), (&new.embedding, &new.half, &new.sparse));
    }
    let target = || Vector::from(vec![2.9, 1.0, 0.0]);
    let nearest = Document::query().order_by(|d| d.embedding.l2_distance(target()).asc()).limit(2);
    assert_eq!(nearest.select(|d| d.id).all(&db).await?, [3, 2]);
    let distances = Document::query().filter(|d| d.id.eq(1)).select(|d| {
        (
            d.embedding.l2_distance(Vector::from(vec![4.0, 5.0, 0.0])),
            d.embedding.cosine_distance(Vector::from(vec![2.0, 2.0, 0.0])),
            d.embedding.inner_product(Vector::from(vec![4.0, 5.0, 0.0])),
            d.embedding.negative_inner_product(Vector::from(vec![4.0, 5.0, 0.0])),
            d.embedding.l1_distance(Vector::from(vec![4.0, 5.0, 0.0])),
            d.half.l2_distance(HalfVector::from_f32_slice(&[1.0, 1.0, 0.0])),
        )
    });
    let (l2, cosine, inner, negative, l1, half) = distances.one(&db).await?;
    assert!((l2 - 5.0).abs() < 1e-6 && cosine.abs() < 1e-6, "{l2} {cosine}");
    assert_eq!((inner, negative, l1, half), (9.0, -9.0, 7.0, None));
    let wrong = Document::insert(NewDocument { id: 9, embedding: vec![1.0].into(), ..document(9) }).execute(&db).await;
    assert_eq!(wrong.err().and_then(|it| it.sql_state().map(str::to_owned)).as_deref(), Some("22000"));
    let found = Document::query().filter(|d| d.embedding.in_([Vector::from(vec![3.0, 1.0, 0.0]), target()]));
    assert_eq!(found.select(|d| d.id).all(&db).await?, [3]);
    Ok(())
}

/// The decoders of the crate take lengths on trust; ours do not.
#[test]
fn broken_vectors_are_errors() {
    use orm_pg::tokio_postgres::types::{Kind, Type};
    fn refused<T: Scalar>(good: &[u8], broken: &[&[u8]]) {
        let PgType { name, .. } = T::TYPE;
        let ty = Type::new(name.into(), 99_999, Kind::Simple, "public".into());
        assert!(T::decode(&ty, good).is_ok(), "{name}");
        for raw in broken {
            assert!(T::decode(&ty, raw).is_err(), "{name} {raw:?}");
        }
        for end in 0..good.len() {
            assert!(T::decode(&ty, &good[..end]).is_err(), "{name} {end}");
        }
    }
    refused::<Vector>(&[0, 1, 0, 0, 0, 0, 0, 0], &[&[0, 2, 0, 0, 0, 0, 0, 0], &[0xff, 0xff, 0, 0], &[]]);
    refused::<HalfVector>(&[0, 1, 0, 0, 0, 0], &[&[0, 2, 0, 0, 0, 0], &[0xff], &[0, 1, 1, 0, 0, 0]]);
    let sparse = |dimensions: i32, filled: i32, index: i32| {
        [dimensions, filled, 0, index, 0].iter().flat_map(|it| it.to_be_bytes()).collect::<Vec<u8>>()
    };
    refused::<SparseVector>(
        &sparse(3, 1, 2),
        &[&sparse(3, 1, 3), &sparse(3, 1, -1), &sparse(3, i32::MAX, 0), &sparse(3, -1, 0), &sparse(-1, 1, 0)],
    );
}
